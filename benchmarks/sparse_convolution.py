# SPDX-License-Identifier: Apache-2.0
"""Time of the MinkUNets on one view, forward and forward + backward, as a Markdown table.

    python benchmarks/sparse_convolution.py [--device cuda] [--room 3.2] [--repeat 5] [--threads 2]

Kernel maps are made anew each time, as for each new view. The peer, in the same run with the same weights, is
MinkowskiEngine where it can be imported, else the plain way to write a sparse convolution in PyTorch: neighbours
searched for every weight of every layer, gathered, multiplied and added, with autograd's own backward.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor

from xmask3d_ros.model.config import MinkUNetConfig
from xmask3d_ros.model.minkunet import MinkUNet
from xmask3d_ros.sparse import CoordinateMaps, SparseTensor, batched, coordinate_maps, keys, voxelise
from xmask3d_ros.sparse.native import NativeMaps

PLANES_A = (32, 64, 128, 256, 128, 128, 96, 96)
NETWORKS = {
    "MinkUNet14A": MinkUNetConfig(PLANES_A, (1,) * 8, out_channels=256),
    "MinkUNet18A": MinkUNetConfig(PLANES_A, (2,) * 8, out_channels=256),
    "MinkUNet34C": MinkUNetConfig(),
}


class PlainMaps(NativeMaps):
    """The peer without MinkowskiEngine: no kernel map is kept, none of the work is ordered for the cache."""

    def convolve(self, features: Tensor, kernel: Tensor, kernel_size: int, stride: int, step: int) -> Tensor:
        """Search, gather, multiply and add for each weight."""
        result = features.new_zeros(len(self._keys_at(stride * step)), kernel.shape[2])
        for weight, (rows, targets) in zip(kernel, self._search(kernel_size, stride, step), strict=True):
            result = result.index_add(0, targets, features[rows] @ weight)
        return result

    def convolve_transposed(self, features: Tensor, kernel: Tensor, stride: int, step: int) -> Tensor:
        """The same with the two ends swapped."""
        result = features.new_zeros(len(self._keys_at(stride // step)), kernel.shape[2])
        for weight, (targets, rows) in zip(kernel, self._search(step, stride // step, step), strict=True):
            result = result.index_add(0, targets, features[rows] @ weight)
        return result

    def _search(self, size: int, stride: int, step: int):
        inputs, outputs = self._keys_at(stride), self._keys_at(stride * step)
        start = -(size // 2) if size % 2 else 0
        steps = [(start + i) * stride for i in range(size)]
        for dz in steps:
            for dy in steps:
                for dx in steps:
                    wanted = outputs + keys.step_key(dx, dy, dz)
                    rows = torch.searchsorted(inputs, wanted).clamp(max=len(inputs) - 1)
                    targets = torch.nonzero(inputs[rows] == wanted).squeeze(1)
                    yield rows[targets], targets


def room(side: float) -> Tensor:
    """Coordinates (V, 4) at 2 cm of a made-up room: floor, two walls, six boxes with noisy surfaces."""
    generator = torch.Generator().manual_seed(0)
    points = []

    def rectangle(*corner_and_edges: list[float]) -> None:
        corner, u, v = torch.tensor(corner_and_edges, dtype=torch.float64)
        count = int(u.norm() * v.norm() / 0.02**2 * 4)
        a, b = torch.rand(2, count, 1, generator=generator, dtype=torch.float64)
        noise = 0.001 * torch.randn(count, 3, generator=generator, dtype=torch.float64)
        points.append(corner + 0.01 + a * u + b * v + noise)

    rectangle([0, 0, 0], [side, 0, 0], [0, side, 0])
    rectangle([0, 0, 0], [side, 0, 0], [0, 0, 2.5])
    rectangle([0, 0, 0], [0, side, 0], [0, 0, 2.5])
    for _ in range(6):
        x, y = (torch.rand(2, generator=generator, dtype=torch.float64) * (side - 1)).tolist()
        rectangle([x, y, 0], [0.8, 0.2, 0], [0, 0, 0.7])
        rectangle([x, y, 0], [-0.2, 0.8, 0], [0, 0, 0.7])
        rectangle([x, y, 0.7], [0.8, 0.2, 0], [-0.2, 0.8, 0])
    return batched([voxelise(torch.cat(points), 0.02).coordinates])


def seconds(work: Callable[[], object], device: str) -> float:
    """Wall-clock time of one call, to the end of its GPU work."""
    if device == "cuda":
        torch.cuda.synchronize()
    start = time.perf_counter()
    work()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def peer_maps() -> tuple[str, Callable[[Tensor], CoordinateMaps]]:
    """Name and maker of the coordinate maps of the implementation to compare with."""
    try:
        import xmask3d_ros.sparse.minkowski  # noqa: F401
    except ImportError:
        return "plain PyTorch", PlainMaps
    return "MinkowskiEngine", lambda coordinates: coordinate_maps(coordinates, backend="minkowski")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--room", type=float, default=2.8, help="side of the room, metres")
    parser.add_argument("--repeat", type=int, default=5, help="runs; their median is printed")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    coordinates = room(arguments.room).to(arguments.device)
    features = torch.rand(len(coordinates), 3, device=arguments.device) * 2 - 1
    peer, make_peer = peer_maps()
    print(
        f"{len(coordinates)} voxels at 2 cm, {arguments.device}, {arguments.threads} threads, torch {torch.__version__}"
    )
    print(
        f"\n| network | forward | {peer} | ratio | forward + backward | {peer} | ratio |\n|---|---|---|---|---|---|---|"
    )
    for name, config in NETWORKS.items():
        network = MinkUNet(config).to(arguments.device)

        def forward(make: Callable[[Tensor], CoordinateMaps], network: MinkUNet = network) -> Tensor:
            return network(SparseTensor(features, coordinates, 1, make(coordinates))).features

        def infer(make: Callable[[Tensor], CoordinateMaps], network: MinkUNet = network) -> None:
            network.eval()
            with torch.no_grad():
                forward(make, network)

        def train(make: Callable[[Tensor], CoordinateMaps], network: MinkUNet = network) -> None:
            network.train().zero_grad()
            forward(make, network).square().mean().backward()

        row = [name]
        for work in (infer, train):
            times: dict[str, list[float]] = {"ours": [], "peer": []}
            for turn in range(
                arguments.repeat + 1
            ):  # in turns, so that a busy machine is busy for both; the first warms up
                for who, make in (("ours", coordinate_maps), ("peer", make_peer)):
                    duration = seconds(lambda work=work, make=make: work(make), arguments.device)
                    if turn:
                        times[who].append(duration)
            ours, theirs = (statistics.median(times[who]) for who in ("ours", "peer"))
            row += [f"{ours:.3f} s", f"{theirs:.3f} s", f"{ours / theirs:.2f}"]
        print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
