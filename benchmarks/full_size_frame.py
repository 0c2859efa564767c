# SPDX-License-Identifier: Apache-2.0
"""Time by stage, peak memory and label agreement of one full-size frame in each precision, as Markdown tables.

    python benchmarks/full_size_frame.py [--device cuda] [--precision fp32 bf16] [--model DIR] [--repeat 3]

The frame is the last of a recording whose other frames have built the map. Without --model the network has the paper's
sizes and random weights: time and memory are those of a trained one, the labels are arbitrary, and agreement between
precisions is that of scores which lie closer together than trained ones. Each precision runs in a process of its own,
so that its memory is its own: resident memory of the process (Linux) on the CPU, PyTorch's allocations on a GPU.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from xmask3d_ros.evaluation.bag import open_bag
from xmask3d_ros.model.checkpoint import load_model
from xmask3d_ros.model.xmask3d import PRECISIONS
from xmask3d_ros.pipeline import Segmenter
from xmask3d_ros.timing import StageTimer
from xmask3d_ros.vocabulary import read_vocabulary

STAGES = ("voxelise", "point_branch", "binary_head", "diffusion", "mask_head", "mask_clip", "evidence", "score")
GIB = 2**30


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bag", default="sample/room")
    parser.add_argument("--vocabulary", default="config/vocabularies/scannet20.yaml")
    parser.add_argument("--model", default="xmask3d", help="a model's folder (default: the paper's sizes, random)")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", nargs="+", choices=tuple(PRECISIONS), default=["fp32", "bf16"])
    parser.add_argument("--repeat", type=int, default=1, help="frames timed, after one that is not (GPU only)")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    results = {}
    for precision in options.precision:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            results[precision] = pool.apply(measure, (options, precision))
    print_tables(results)


def measure(options: argparse.Namespace, precision: str) -> dict[str, Any]:
    """Load, run one frame and answer what it took."""
    torch.set_num_threads(options.threads)
    started = time.perf_counter()
    model = load_model(options.model, options.device, precision, random_weights=True)
    loaded = time.perf_counter() - started
    segmenter = Segmenter(model, read_vocabulary(options.vocabulary))
    for frame in open_bag(options.bag):
        segmenter.integrate(frame)
    view = segmenter.view(frame)
    assert view is not None, "the last frame of the recording sees too few points"
    if model.device.type == "cuda":
        model.observe(view.view)  # the first frame also chooses kernels
        torch.cuda.reset_peak_memory_stats()
    before = reset_peak(model.device)
    timer = StageTimer(model.device)
    for _ in range(options.repeat):
        with timer.stage("frame"):
            evidence = model.observe(view.view, timer.stage)
            with timer.stage("score"), torch.no_grad():
                classes = model.text_encoder().classes(segmenter.vocabulary)
                scores = model.scorer().score(evidence, classes).log_scores
    return {
        "device": torch.cuda.get_device_name() if model.device.type == "cuda" else f"CPU, {options.threads} threads",
        "points": len(view.view),
        "loaded": loaded,
        "stages": {name: figures["median"] for name, figures in timer.summary().items()},
        "before": before,
        "peak": peak(model.device),
        "labels": scores.argmax(dim=1).cpu().numpy(),
        "scores": scores.float().log_softmax(dim=1).cpu().numpy(),
    }


def reset_peak(device: torch.device) -> int:
    """Start counting anew; answers the bytes held now."""
    if device.type == "cuda":
        return torch.cuda.memory_allocated()
    Path("/proc/self/clear_refs").write_text("5")
    return status("VmRSS")


def peak(device: torch.device) -> int:
    """Most bytes held since."""
    return torch.cuda.max_memory_allocated() if device.type == "cuda" else status("VmHWM")


def status(name: str) -> int:
    """Bytes of a line of this process's status."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def print_tables(results: dict[str, dict[str, Any]]) -> None:
    """Milliseconds by stage, then memory and agreement with the first precision."""
    first = next(iter(results.values()))
    print(f"\n{first['device']}; a view of {first['points']:,} points; torch {torch.__version__}\n")
    print("| precision | load, s | frame, s | " + " | ".join(f"{stage}, ms" for stage in STAGES) + " |")
    print("|---" * (3 + len(STAGES)) + "|")
    for precision, result in results.items():
        times = " | ".join(f"{result['stages'][stage]:,.0f}" for stage in STAGES)
        print(f"| {precision} | {result['loaded']:.0f} | {result['stages']['frame'] / 1e3:.2f} | {times} |")
    print("\n| precision | loaded, GiB | peak of the frame, GiB | same labels | same where the margin is over 0.1 |")
    print("|---|---|---|---|---|")
    ranked = np.sort(first["scores"], axis=1)
    clear = ranked[:, -1] - ranked[:, -2] > 0.1
    for precision, result in results.items():
        same = result["labels"] == first["labels"]
        agreement = f"{100 * same.mean():.2f} % | {100 * same[clear].mean():.2f} % of {100 * clear.mean():.0f} %"
        print(f"| {precision} | {result['before'] / GIB:.2f} | {result['peak'] / GIB:.2f} | {agreement} |")


if __name__ == "__main__":
    main()
