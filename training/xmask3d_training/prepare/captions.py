# SPDX-License-Identifier: Apache-2.0
"""A caption for every prepared frame (METHODS 1.2), scene after scene, resumable."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from xmask3d_training.prepare.errors import PrepareError
from xmask3d_training.prepare.files import is_disk_full, only_writer, write_atomically
from xmask3d_training.prepare.layout import Layout

Sentences = Callable[[Sequence[NDArray[np.uint8]]], list[str]]


def caption_all(
    layout: Layout,
    scenes: Sequence[str],
    name: str,
    settings: dict[str, Any],
    captioner: Callable[[], Sentences],
    batch: int,
) -> dict[str, Any]:
    """Caption the scenes; write ``caption/caption_view_<set>_<name>_.json`` and return counts.

    Finished scenes are kept in a journal beside it, so that an interrupted run goes on after them; the JSON is written
    when all are done. It keeps what it held, also captions that came from elsewhere; those that the journal knows as
    made with other settings are dropped and made anew. Frames that cannot be read are named in ``unreadable``.

    Args:
        settings: what the captions depend on; after a change, what was captioned here is made anew.
        captioner: makes the captioner; called only if there is work.

    Raises:
        PrepareError: there is nothing to caption, or the disk is full.
    """
    if not scenes:
        raise PrepareError(f"{layout.root} holds no prepared scenes of {layout.dataset}: prepare it first")
    path = layout.captions(name)
    with only_writer(layout.root):
        journal = _Journal(path.with_name(f".{path.name}.journal"), settings)
        held = read_captions(path)
        made, outdated = journal.read()
        kept = {scene: captions for scene, captions in held.items() if captions != outdated.get(scene)}
        done = kept | made
        left = [scene for scene in scenes if set(done.get(scene, {})) != set(layout.frames(scene))]
        unreadable: list[str] = []
        try:
            sentences = captioner() if left else None
            # Not before the captioner is there: a misnamed model shall cost nothing. The file comes before the journal,
            # which alone knows what is outdated in it.
            if not kept:
                path.unlink(missing_ok=True)
            elif kept != held:
                _write_captions(path, kept)
            journal.begin(made)
            for scene in tqdm(left, unit="scene", desc="captions"):
                assert sentences is not None
                done[scene] = _caption_scene(layout, scene, sentences, batch, unreadable)
                journal.append(scene, done[scene])
            _write_captions(path, done)
        except OSError as error:
            remedy = "make room and run again" if is_disk_full(error) else "mend it and run again"
            raise PrepareError(f"cannot write captions: {error}; {remedy}, finished scenes are kept") from error
    frames = sum(len(done.get(scene, {})) for scene in scenes)
    return {"file": str(path), "scenes": len(scenes), "captioned now": len(left), "frames": frames,
            "unreadable": unreadable}  # fmt: skip


def read_captions(path: Path) -> dict[str, dict[str, str]]:
    """Scene -> frame -> sentence; nothing where there is no file. Raises PrepareError: it is no such file."""
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_bytes())
        return {str(scene): dict(captions) for scene, captions in content.items()}
    except OSError as error:
        raise PrepareError(f"cannot read {path}: {error.strerror}; mend it or move it away") from error
    except (ValueError, AttributeError, TypeError) as error:
        raise PrepareError(f"{path} is no caption file (scene -> frame -> sentence): move it away") from error


def _write_captions(path: Path, captions: dict[str, dict[str, str]]) -> None:
    write_atomically(path, (json.dumps(dict(sorted(captions.items())), indent=0, ensure_ascii=False) + "\n").encode())


def _caption_scene(
    layout: Layout, scene: str, sentences: Sentences, batch: int, unreadable: list[str]
) -> dict[str, str]:
    captions: dict[str, str] = {}
    for names, images in _batches(layout, scene, batch, unreadable):
        captions.update(zip(names, sentences(images), strict=True))
    return captions


def _batches(
    layout: Layout, scene: str, size: int, unreadable: list[str]
) -> Iterator[tuple[list[str], list[NDArray[np.uint8]]]]:
    names: list[str] = []
    images: list[NDArray[np.uint8]] = []
    for frame in layout.frames(scene):
        image = cv2.imread(str(layout.views(scene) / "color" / f"{frame}.jpg"), cv2.IMREAD_COLOR)
        if image is None:
            unreadable.append(f"{scene} {frame}")
            continue
        names.append(frame)
        images.append(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB)))
        if len(names) == size:
            yield names, images
            names, images = [], []
    if names:
        yield names, images


class _Journal:
    """Finished scenes, a line each after a line of settings. A line cut off by a kill is dropped."""

    def __init__(self, path: Path, settings: dict[str, Any]) -> None:
        self._path = path
        self._settings = json.loads(json.dumps(settings))

    def read(self) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
        """What is done under these settings, and what was done under others; one of them is empty."""
        done: dict[str, dict[str, str]] = {}
        try:
            lines = self._path.read_bytes().split(b"\n")[:-1]
            same = bool(lines) and json.loads(lines[0]) == self._settings
        except (OSError, ValueError):
            same, lines = False, []
        for line in lines[1:]:
            done.update(json.loads(line))
        return (done, {}) if same else ({}, done)

    def begin(self, done: dict[str, dict[str, str]]) -> None:
        """Start anew under these settings, with what is done already."""
        content = [self._settings, *({scene: captions} for scene, captions in done.items())]
        write_atomically(self._path, b"".join(json.dumps(entry).encode() + b"\n" for entry in content))

    def append(self, scene: str, captions: dict[str, str]) -> None:
        """Add a finished scene, to be found after a power cut."""
        with self._path.open("ab") as file:
            file.write(json.dumps({scene: captions}).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
