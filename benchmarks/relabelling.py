# SPDX-License-Identifier: Apache-2.0
"""What other names for the same things, and compact evidence, do to the labels of a recording, as Markdown tables.

    python benchmarks/relabelling.py [BAG] [--model tiny] [--stride 1]

The bag (default: the bundled room) is segmented once with each kind of evidence; names are then changed one by one and
all at once. "Alike" is the share of the voxels that had the class under its first name and have it under the other.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.commands.segment import segment
from xmask3d_ros.evaluation.bag import Topics, open_bag
from xmask3d_ros.model.checkpoint import load_model
from xmask3d_ros.model.config import SCANNET_CLASSES
from xmask3d_ros.model.xmask3d import XMask3D
from xmask3d_ros.pipeline import Segmenter, SegmenterConfig
from xmask3d_ros.vocabulary import make_vocabulary

SAMPLE = Path(__file__).resolve().parents[1] / "sample" / "room"
OTHERS = {
    "cabinet": "cupboard", "chair": "armchair", "sofa": "couch", "table": "coffee table", "bookshelf": "bookcase",
    "picture": "painting", "counter": "worktop", "desk": "writing desk", "curtain": "drapes",
    "refrigerator": "fridge", "sink": "washbasin", "bathtub": "tub",
}  # fmt: skip


def main() -> None:
    """Segment, relabel and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bag", nargs="?", default=str(SAMPLE))
    parser.add_argument("--model", default="tiny")
    parser.add_argument("--stride", type=int, default=1, help="the network runs on every n-th frame")
    options = parser.parse_args()
    model = load_model(options.model)
    segmenter = segmented(model, options, "exact")
    first = classes_of(segmenter, SCANNET_CLASSES)
    print("| class | other name | voxels | alike, % |\n|---|---|---:|---:|")
    for name, other in OTHERS.items():
        again = classes_of(segmenter, [other if known == name else known for known in SCANNET_CLASSES])
        mine = first == SCANNET_CLASSES.index(name)
        print(f"| {name} | {other} | {mine.sum()} | {percent(again[mine] == first[mine])} |")
    again = classes_of(segmenter, [OTHERS.get(known, known) for known in SCANNET_CLASSES])
    print(f"| all | {len(OTHERS)} names at once | {len(first)} | {percent(again == first)} |")
    compact = classes_of(segmented(model, options, "compact"), SCANNET_CLASSES)
    print(f"\nCompact evidence labels {percent(compact == first)} % of {len(first)} voxels as exact evidence does.")


def segmented(model: XMask3D, options: argparse.Namespace, evidence: str) -> Segmenter:
    """The bag's map."""
    segmenter = Segmenter(model, make_vocabulary(SCANNET_CLASSES), SegmenterConfig(evidence=evidence))
    segment(open_bag(options.bag, Topics(), None, None), segmenter, options.stride)
    return segmenter


def classes_of(segmenter: Segmenter, names: Sequence[str]) -> NDArray[np.int64]:
    """(N,) which of the names each published voxel bears, -1 for none."""
    segmenter.set_vocabulary(make_vocabulary(names))
    cloud = segmenter.labelled_cloud()
    table = np.full(1 << 16, -1)
    for label, name in cloud.names.items():
        table[label] = names.index(name)
    return table[cloud.labels]


def percent(alike: NDArray[np.bool_]) -> str:
    """Share of true values."""
    return f"{100 * alike.mean():.0f}" if len(alike) else "-"


if __name__ == "__main__":
    main()
