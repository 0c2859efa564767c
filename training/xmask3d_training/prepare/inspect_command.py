# SPDX-License-Identifier: Apache-2.0
"""``xmask3d train inspect``: counts, classes, a contact sheet, and what is wrong with prepared data."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2

from xmask3d_training.prepare.captions import read_captions
from xmask3d_training.prepare.contact_sheet import contact_sheet
from xmask3d_training.prepare.errors import PrepareError
from xmask3d_training.prepare.files import write_atomically
from xmask3d_training.prepare.inspection import LABEL_SETS, inspect_split, stray_folders
from xmask3d_training.prepare.layout import SPLITS, Layout
from xmask3d_training.prepare.options import positive

_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("data_root", type=Path, metavar="DATA_ROOT", help="prepared data")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where the report goes (default: DATA_ROOT/inspection)")
    parser.add_argument("--scenes", type=positive, default=6, help="scenes to check views of (default: %(default)s)")
    parser.add_argument("--frames", type=positive, default=2, help="views to check of each (default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    """Look and report. Returns 0, or 1 where something is missing or faulty."""
    try:
        content = _inspect(args.data_root, args.out or args.data_root / "inspection", args.scenes, args.frames)
    except PrepareError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return int(any(part["problems"] for splits in content.values() for part in splits.values()))


def main(argv: Sequence[str] | None = None) -> int:
    """``python -m xmask3d_training.prepare.inspect_command``."""
    parser = argparse.ArgumentParser(prog="xmask3d train inspect", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(argv))


def _inspect(root: Path, out: Path, scenes: int, frames: int) -> dict[str, dict[str, Any]]:
    found = [Layout(root, name) for name in LABEL_SETS if (root / f"{name}_3d").is_dir()]
    if not found:
        raise PrepareError(
            f"{root} holds no prepared data (scannet_3d or s3dis_3d): run `xmask3d train prepare` first, "
            "or name its --out"
        )
    content: dict[str, dict[str, Any]] = {}
    for layout in found:
        labels = LABEL_SETS[layout.dataset]
        rows, content[layout.dataset] = [], {}
        for split in SPLITS:
            report, views = inspect_split(layout, split, scenes, frames)
            rows += views
            content[layout.dataset][split] = report.as_json(labels)
        strays = stray_folders(layout)
        content[layout.dataset]["all"] = _whole(layout, strays)
        if rows:
            picture = cv2.cvtColor(contact_sheet(rows, labels.all_names), cv2.COLOR_RGB2BGR)
            _, data = cv2.imencode(".png", picture)
            write_atomically(out / f"{layout.dataset}_views.png", data.tobytes())
    write_atomically(out / "inspection.json", (json.dumps(content, indent=1) + "\n").encode())
    print(_text(content))
    print(f"everything, and pictures of checked views, in {out}")
    return content


def _whole(layout: Layout, strays: list[str]) -> dict[str, Any]:
    captions = sorted(path.name for path in (layout.root / "caption").glob(f"caption_view_{layout.dataset}_*.json"))
    problems = [f"{len(strays)} folders of frames without points: {', '.join(strays[:10])}"] if strays else []
    for name in captions:
        try:
            known = read_captions(layout.root / "caption" / name)
        except PrepareError as error:
            problems.append(str(error))
            continue
        lacking = [scene for scene in layout.scenes("train") if set(layout.frames(scene)) - set(known.get(scene, {}))]
        if lacking:
            problems.append(f"{name} lacks captions in {len(lacking)} training scenes: {', '.join(lacking[:10])}")
    if not captions:
        problems.append("no captions (training needs them): run `xmask3d train prepare captions`")
    return {"captions": captions, "problems": problems}


def _text(content: dict[str, dict[str, Any]]) -> str:
    lines = []
    for dataset, parts in content.items():
        for split, part in parts.items():
            lines.append(f"{dataset} {split}: " + ", ".join(
                f"{part[key]:,} {key}" for key in ("scenes", "frames", "points") if key in part
            ))  # fmt: skip
            lines += [f"  {line}" for key in part if key.startswith("points by") for line in _histogram(key, part[key])]
            if check := part.get("points that carry their pixel's label"):
                lines.append(
                    f"  {part['checked views']} views checked: {check['median']:.0%} of the points carry their pixel's "
                    f"label (median; worst {check['worst']:.0%})"
                )
            lines += [f"  note: {note}" for note in part.get("notes", [])]
            problems = part["problems"]
            lines += [f"  MISSING OR FAULTY ({len(problems)}):"] * bool(problems)
            lines += [f"    {problem}" for problem in problems[:_SHOWN]]
            lines += [f"    ... and {len(problems) - _SHOWN} more in inspection.json"] * (len(problems) > _SHOWN)
    return "\n".join(lines)


def _histogram(title: str, counts: dict[str, int]) -> list[str]:
    total = sum(counts.values())
    ordered = sorted(counts.items(), key=lambda entry: -entry[1])
    rows = [f"  {name:<20} {100 * count / total:5.1f}%  {count:,}" for name, count in ordered[: _SHOWN + 1]]
    rest = [f"  ... and {len(ordered) - _SHOWN - 1} classes more"] * (len(ordered) > _SHOWN + 1)
    return [f"{title} ({len(ordered)}):", *rows, *rest]


if __name__ == "__main__":
    sys.exit(main())
