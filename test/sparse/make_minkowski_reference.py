# SPDX-License-Identifier: Apache-2.0
"""Computes ``data/minkowski_reference.npz`` with MinkowskiEngine's own layers, on the CPU in float64.

    python test/sparse/make_minkowski_reference.py

It was run with MinkowskiEngine 0.5.4, torch 2.13.0 (CPU), NumPy 2.4, Python 3.11. MinkowskiEngine builds on a CPU in
a fresh virtual environment with setuptools 59.8.0 and Debian's libopenblas-dev:
``pip install --no-build-isolation --no-deps MinkowskiEngine==0.5.4``.

The file holds outputs and gradients only; inputs and weights are drawn by :func:`inputs`, :func:`upstream` and
:func:`weight` from NumPy's frozen legacy generator, for this script and the test alike.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np

FILE = Path(__file__).parent / "data" / "minkowski_reference.npz"

LAYERS = {
    "size3": [("conv", 3, 4, 3, 1)],
    "size5": [("conv", 3, 2, 5, 1)],
    "size1": [("conv", 3, 4, 1, 1)],
    "down": [("conv", 3, 4, 2, 2)],
    "down_twice_size3": [("conv", 3, 2, 2, 2), ("conv", 2, 3, 2, 2), ("conv", 3, 4, 3, 1)],
    "down_up": [("conv", 3, 4, 2, 2), ("transposed", 4, 3, 2, 2)],
}
"""Chains of (kind, channels in, channels out, kernel size, stride)."""

PLANES, BLOCKS, STEM, OUT = (4, 4, 8, 8, 8, 4, 4, 6), (1, 2, 1, 1, 1, 1, 1, 2), 4, 5
"""Sizes of a small MinkUNet with every kind of part: projected and plain shortcuts, one and two blocks."""

GRADIENTS = (
    "conv0p1s1",
    "conv2p2s2",
    "block3.0.downsample.0",
    "block4.0.conv2",
    "convtr4p16s2",
    "block8.1.conv1",
    "final",
)
"""Convolutions of the MinkUNet whose kernels' gradients are stored."""


def inputs() -> tuple[np.ndarray, np.ndarray]:
    """Coordinates (V, 4) of two views, negative ones among them, unsorted; features (V, 3)."""
    random = np.random.RandomState(4)
    views = []
    for view, (count, spread) in enumerate([(260, 14), (160, 9)]):
        cells = np.unique(
            np.round(random.standard_normal((count, 3)) * [spread, spread / 2, 3]).astype(np.int64), axis=0
        )
        views.append(np.insert(random.permutation(cells), 0, view, axis=1))
    coordinates = np.concatenate(views)
    return coordinates, random.standard_normal((len(coordinates), 3))


def weight(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """A kernel of unit gain, drawn by its name."""
    random = np.random.RandomState(zlib.crc32(name.encode()))
    return random.standard_normal(shape) / np.sqrt(np.prod(shape[:-1]) / 3)


def upstream(coordinates: np.ndarray, channels: int) -> np.ndarray:
    """The gradient that the outputs receive, a function of the coordinates, so that no order of rows matters."""
    phase = coordinates @ np.array([1.0, 0.7, 1.3, 2.1])
    return np.cos(phase[:, None] * np.linspace(0.5, 1.5, channels))


def main() -> None:
    """Run every chain and the MinkUNet; write the file."""
    import collections
    import collections.abc

    collections.Sequence = collections.abc.Sequence  # MinkowskiEngine 0.5.4 asks for it
    import MinkowskiEngine as engine
    import torch

    def convolution(kind: str, name: str, channels: int, out: int, size: int, stride: int) -> torch.nn.Module:
        layer = {"conv": engine.MinkowskiConvolution, "transposed": engine.MinkowskiConvolutionTranspose}[kind](
            channels, out, kernel_size=size, stride=stride, dimension=3
        ).double()
        layer.kernel.data = torch.from_numpy(weight(name, tuple(layer.kernel.shape)))
        convolutions[name] = layer
        return layer

    def run(network: torch.nn.Module, name: str, kernels: tuple[str, ...]) -> None:
        coordinates, features = inputs()
        tensor = torch.from_numpy(features).requires_grad_()
        output = network(engine.SparseTensor(tensor, torch.from_numpy(coordinates).int()))
        rows = np.lexsort(output.C.numpy().T[::-1])
        output.F.backward(torch.from_numpy(upstream(output.C.numpy(), output.F.shape[1])))
        stored[f"{name}/coordinates"] = output.C.numpy()[rows].astype(np.int16)
        stored[f"{name}/output"] = output.F.detach().numpy()[rows]
        stored[f"{name}/features_gradient"] = tensor.grad.numpy()
        for kernel in kernels:
            stored[f"{name}/gradient/{kernel}"] = convolutions[kernel].kernel.grad.numpy()

    class Block(torch.nn.Module):
        def __init__(self, name: str, channels: int, out: int) -> None:
            super().__init__()
            self.conv1, self.norm1 = convolution("conv", f"{name}.conv1", channels, out, 3, 1), norm(out)
            self.conv2, self.norm2 = convolution("conv", f"{name}.conv2", out, out, 3, 1), norm(out)
            self.project = torch.nn.Identity()
            if channels != out:
                projection = convolution("conv", f"{name}.downsample.0", channels, out, 1, 1)
                self.project = torch.nn.Sequential(projection, norm(out))

        def forward(self, x):
            return relu(self.norm2(self.conv2(relu(self.norm1(self.conv1(x))))) + self.project(x))

    class UNet(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            unit, stage = self._unit, self._stage
            self.stem = unit("conv", "conv0p1s1", 3, STEM, 5, 1)
            width, skips = STEM, [STEM]
            self.encoder, self.decoder = torch.nn.ModuleList(), torch.nn.ModuleList()
            for i in range(4):
                down = unit("conv", f"conv{i + 1}p{2**i}s2", width, width, 2, 2)
                self.encoder.append(torch.nn.Sequential(down, *stage(i, width)))
                width = PLANES[i]
                skips.append(width)
            for i in range(4, 8):
                up = unit("transposed", f"convtr{i}p{256 >> i}s2", width, PLANES[i], 2, 2)
                blocks = torch.nn.Sequential(*stage(i, PLANES[i] + skips[7 - i]))
                self.decoder.append(torch.nn.ModuleList([up, blocks]))
                width = PLANES[i]
            self.final = convolution("conv", "final", width, OUT, 1, 1)

        @staticmethod
        def _unit(kind: str, name: str, channels: int, out: int, size: int, stride: int) -> torch.nn.Module:
            return torch.nn.Sequential(convolution(kind, name, channels, out, size, stride), norm(out), relu)

        @staticmethod
        def _stage(i: int, channels: int) -> list[torch.nn.Module]:
            return [Block(f"block{i + 1}.{j}", PLANES[i] if j else channels, PLANES[i]) for j in range(BLOCKS[i])]

        def forward(self, x):
            skips = [x := self.stem(x)]
            for stage in self.encoder:
                skips.append(x := stage(x))
            for (up, blocks), skip in zip(self.decoder, skips[3::-1], strict=True):
                x = blocks(engine.cat(up(x), skip))
            return self.final(x)

    def norm(channels: int) -> torch.nn.Module:
        return engine.MinkowskiBatchNorm(channels).double()

    relu = engine.MinkowskiReLU()
    stored: dict[str, np.ndarray] = {}
    for name, chain in LAYERS.items():
        convolutions: dict[str, torch.nn.Module] = {}
        names = tuple(f"{name}.{i}" for i in range(len(chain)))
        layers = [convolution(part[0], label, *part[1:]) for label, part in zip(names, chain, strict=True)]
        run(torch.nn.Sequential(*layers), name, names)
    convolutions = {}
    run(UNet(), "minkunet", GRADIENTS)
    FILE.parent.mkdir(exist_ok=True)
    np.savez_compressed(FILE, **stored)
    print(f"{FILE}: {FILE.stat().st_size} bytes; MinkowskiEngine {engine.__version__}, torch {torch.__version__}")


if __name__ == "__main__":
    main()
