# SPDX-License-Identifier: Apache-2.0
"""Is this folder a data root?"""

from __future__ import annotations

from pathlib import Path

from xmask3d_ros.evaluation.benchmarks import Benchmark
from xmask3d_training.prepare.layout import Layout


class DataRootError(ValueError):
    """The data root lacks what the benchmark needs; where files are missing, the message shows the expected tree."""


def layout_of(root: Path, benchmark: Benchmark) -> Layout:
    """Paths of a benchmark's data set below ``root``."""
    return Layout(root, "s3dis" if benchmark.labels.name == "s3dis" else "scannet")


def expected_tree(layout: Layout, benchmark: Benchmark, captioner: str) -> str:
    """The tree that a benchmark's training needs."""
    name = layout.dataset
    scenes = layout.points("{train,val}", "<scene>").name
    extra, labels = "", "label"
    if benchmark.labels.name == "scannet200":
        extra = f"  {name}_3d_200/{{train,val}}/<scene>.txt        ScanNet200 id of every point\n"
        labels = "label_200"
    return (
        f"{layout.root}/\n"
        f"  {name}_3d/{{train,val}}/{scenes:<22} all points of a scene\n"
        f"{extra}"
        f"  {name}_2d/<scene>/color/<id>.jpg              frames: images,\n"
        f"                    depth/<id>.png              depth in millimetres,\n"
        f"                    pose/<id>.txt               world from camera,\n"
        f"                    {labels}/<id>.png{' ' * (22 - len(labels))}class ids (training)\n"
        f"  caption/{layout.captions(captioner).name}   (training)\n"
    )


def check_root(layout: Layout, benchmark: Benchmark, split: str, captioner: str | None) -> list[str]:
    """Names of the split's scenes.

    Args:
        captioner: whose captions are needed; None: no captions.

    Raises:
        DataRootError: there are no scenes, no frames, no ScanNet200 labels or no captions at all.
    """
    wanted = {"scenes": layout.points(split, "x").parent, "frames": layout.views("x").parent}
    if benchmark.labels.name == "scannet200":
        wanted["ScanNet200 labels"] = layout.point_ids_200(split, "x").parent
    if captioner is not None:
        wanted["captions"] = layout.captions(captioner)
    scenes = layout.scenes(split)
    missing = [f"{what} ({path})" for what, path in wanted.items() if not path.exists()]
    if scenes and not missing:
        return scenes
    if not missing:
        missing = [f"scenes ({wanted['scenes']} has no .pth file)"]
    found = sorted(path.name for path in layout.root.iterdir()) if layout.root.is_dir() else None
    there = "it does not exist" if found is None else f"it holds {', '.join(found[:12]) or 'nothing'}"
    raise DataRootError(
        f"{layout.root} is no data root for the {split} split of {benchmark.title}: {there}; "
        f"missing: {'; '.join(missing)}.\nExpected:\n"
        f"{expected_tree(layout, benchmark, captioner or '<captioner>')}"
        "Raw data become this with `xmask3d train prepare`."
    )
