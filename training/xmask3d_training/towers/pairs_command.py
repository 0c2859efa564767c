# SPDX-License-Identifier: Apache-2.0
"""``xmask3d train towers pairs``: windows and captions for written rooms, a process a room."""

from __future__ import annotations

import argparse
import functools
import json
import multiprocessing
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from xmask3d_ros.files import whole_file
from xmask3d_training.engine.errors import SettingsError
from xmask3d_training.prepare.layout import SPLITS, Layout
from xmask3d_training.prepare.options import positive
from xmask3d_training.synthetic import SyntheticRoom
from xmask3d_training.synthetic.scene import Placed
from xmask3d_training.synthetic.writers.prepared import ALL_CAPTIONS
from xmask3d_training.towers.pairs import ViewPairs, pairs_folder, write_pairs
from xmask3d_training.towers.windows import windows_of_view
from xmask3d_training.towers.word_list import write_words
from xmask3d_training.towers.words import WORDS_FILE


def pairs_of_scene(root: Path, seed: int, scene: str) -> list[ViewPairs]:
    """The pairs of one written room. Equal arguments give equal pairs.

    Raises:
        SettingsError: the room was written by another version of the generator, or some of its captions are missing.
    """
    layout = Layout(root, "scannet")
    folder = layout.views(scene)
    about = json.loads((folder / "objects.json").read_text(encoding="utf-8"))
    room = SyntheticRoom(about["seed"], about["held_out"], views=1, kind=about.get("named_kind"))
    _check(scene, room.room.placed, about["objects"])
    frames, captions = layout.frames(scene), _captions(root).get(scene, {})
    if missing := [frame for frame in frames if not captions.get(frame)]:
        raise SettingsError(
            f"{scene} has no captions of {len(missing)} of its {len(frames)} views, perhaps as writing it was cut "
            f"short: write it again with `xmask3d train synthetic rooms --rooms 1 --seed {about['seed']}` and the "
            "other options that it was written with"
        )
    pairs = []
    for frame in frames:
        instance = _image(folder / "instance" / f"{frame}.png").astype(np.int32)
        depth = without_holes(_image(folder / "depth" / f"{frame}.png") / 1000.0, instance)
        rng = np.random.default_rng((seed, about["held_out"], about["seed"], int(frame)))
        windows = windows_of_view(instance, depth, room.room.placed, room.room.kind, rng)
        if not about["held_out"]:
            windows = [replace(window, name="") for window in windows]
        image = (folder / "color" / f"{frame}.jpg").relative_to(root).as_posix()
        pairs.append(ViewPairs(image, tuple(captions[frame]), tuple(windows)))
    return pairs


def without_holes(depth: NDArray[np.float64], instance: NDArray[np.int32]) -> NDArray[np.float64]:
    """Depth (H, W) whose missing readings are those of their object on average; NaN where it has none at all.

    A caption may then say what is in front of what: a window pane without readings is not at distance 0.
    """
    filled = np.where(depth > 0, depth, np.nan)
    for number in np.unique(instance[depth <= 0]):
        known = depth[(instance == number) & (depth > 0)]
        filled[(instance == number) & (depth <= 0)] = np.median(known) if len(known) else np.nan
    return filled


def main(arguments: Sequence[str]) -> int:
    """Make the pairs of all rooms below a data root."""
    options = _parser().parse_args(arguments)
    root = options.data
    words = pairs_folder(root) / WORDS_FILE
    if options.words is None:
        write_words(words)
    elif not options.words.is_file():
        raise SettingsError(f"--words: there is no file {options.words}")
    else:
        with whole_file(words) as temporary:
            shutil.copyfile(options.words, temporary)
    for split in SPLITS:
        layout = Layout(root, "scannet")
        scenes = [scene for scene in layout.scenes(split) if (layout.views(scene) / "objects.json").is_file()]
        if not scenes:
            print(f"{split}: no synthetic rooms in {root}")
            continue
        of_scene = functools.partial(pairs_of_scene, root, options.seed)
        found = list(tqdm(_each(of_scene, scenes, options.processes), total=len(scenes), unit="room", desc=split))
        views = [view for pairs in found for view in pairs]
        path = write_pairs(root, split, views)
        windows = sum(len(view.windows) for view in views)
        print(f"{path}: {len(views)} views of {len(scenes)} rooms, {windows} windows")
    return 0


def _each(function: functools.partial, scenes: list[str], processes: int) -> Iterator[list[ViewPairs]]:
    if processes == 1:
        yield from map(function, scenes)
        return
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(function, scenes)


def _check(scene: str, placed: Sequence[Placed], written: dict[str, dict]) -> None:
    """The rebuilt room must be the one that was written."""
    rebuilt = {str(entry.instance): (entry.item.name, entry.item.design) for entry in placed}
    if rebuilt != {number: (entry["name"], entry["design"]) for number, entry in written.items()}:
        raise SettingsError(
            f"{scene} was written by another version of the generator: write the rooms again with "
            "`xmask3d train synthetic rooms`"
        )


def _image(path: Path) -> NDArray[Any]:
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if image is None:
        raise SettingsError(f"{path} is missing or damaged: write the rooms again")
    return np.asarray(image)


@functools.cache
def _captions(root: Path) -> dict[str, dict[str, list[str]]]:
    path = root / "caption" / ALL_CAPTIONS
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} is missing or damaged: write the rooms again") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="xmask3d train towers pairs", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="data root that synthetic rooms were written to")
    parser.add_argument("--seed", type=int, default=0, help="of windows and words (default 0)")
    parser.add_argument(
        "--words", type=Path, help="word list of a CLIP that is to be trained on (default: the words of the generator)"
    )
    parser.add_argument(
        "--processes", type=positive, default=os.cpu_count(), help="rooms looked at at a time (default: all cores)"
    )
    return parser
