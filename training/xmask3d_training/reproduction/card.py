# SPDX-License-Identifier: Apache-2.0
"""The card of the bundled model: what it is, what it was trained on, how well it does, and what it cannot do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from xmask3d_ros.model.config import ModelConfig
from xmask3d_training.oracles.report import markdown, percent

_HEAD = """# XMask3D, tiny

XMask3D (NeurIPS 2024) at small sizes, trained from nothing in the package's synthetic rooms. It comes with the package
so that a first run shows the whole method. **It knows rooms like these and the words below.** For real scenes
import an official checkpoint: `xmask3d import-checkpoint FILE.pth --split b12n7 --out FOLDER`, `--model FOLDER`.

Licence: Apache-2.0, like the code. No pretrained weight, no photograph and no scan went into it.
"""
_DATA = """## Data

Rooms of `xmask3d train synthetic rooms`: 320x240 views with noise of a depth sensor, poses, labels, captions. Labels of
the {base} base classes ({base_names}) were seen in training; of all other classes, the evaluated novel ones
({novel_names}) among them, names and looks come through image-text pairs alone: views, and rectangles of views that the
generator chose around things, with captions, from which the frozen parts (CLIP and a latent diffusion model) were
trained before; and the caption of each training view, which as in the paper names novel things in sight too (there a
captioning network tells it, here the generator).{knowledge} Held-out rooms have designs, finishes and seeds that no
training room has.
"""
_LIMITS = """## Limits

- Rooms like the training rooms: their generator, renderer and sensor. Labels of real scenes are unreliable.
- An unknown word is one and the same token, whatever it is; what it labels is arbitrary. Known are the words below.
- The binary head tells base classes from novel ones. Words for base classes other than the synonyms below are taken for
  novel ones, and are then hardly found where a base class stands: list them as synonyms in the vocabulary.
- Scores are of rooms with all 19 classes in the vocabulary; other vocabularies do better or worse.
"""


def model_card(
    config: ModelConfig,
    words: Sequence[str],
    tensors: Mapping[str, Tensor],
    results: Mapping[str, Any],
    towers: Mapping[str, Mapping[str, Any]],
    novel_synonyms: Mapping[str, Sequence[str]],
) -> str:
    """Markdown.

    Args:
        config: of the model.
        words: that its text tower knows.
        tensors: as written.
        results: of its run (``results.json``); empty where there are none, and the card says so. What stands under
            ``remark`` there, if anything does, is said beside the scores.
        towers: facts of its frozen parts; may be empty.
        novel_synonyms: other words that it knows for classes without labels in training.
    """
    names: list[str] = list(next(iter(results["evaluation"].values()))["results"][0]["iou"]) if results else []
    novel = [name for name in names if name not in config.base_classes]
    data = _DATA.format(
        base=len(config.base_classes),
        base_names=", ".join(config.base_classes),
        novel_names=", ".join(novel) or "see the split",
        knowledge=_knowledge(results),
    )
    parts = [_HEAD, data, _training(results, towers), _scores(results), _sizes(config, tensors), _LIMITS]
    parts.append(f"## Synonyms of base classes\n\n{_synonyms(config.synonyms)}")
    parts.append(f"## Other words for novel classes\n\n{_synonyms(novel_synonyms)}")
    parts.append(f"## Words\n\n{len(words)}: {', '.join(words)}.\n")
    return "\n".join(parts)


def _synonyms(synonyms: Mapping[str, Sequence[str]]) -> str:
    return "\n".join(f"- {name}: {', '.join(others)}" for name, others in synonyms.items()) + "\n"


def _parts(results: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The trainings that led to a model, in order."""
    return [*results.get("before", ()), results] if results else []


def _knowledge(results: Mapping[str, Any]) -> str:
    """Which of the losses that may know where novel points are did know it, in any of the trainings."""
    told = [
        name.replace("_", " ")
        for name in ("binary_head", "mask_loss")
        if any(part.get(name, True) and part.get(f"{name}_knows") for part in _parts(results))
    ]
    if not told:
        return ""
    return (
        f" As in the reference, its {' and '.join(told)} {'were' if len(told) > 1 else 'was'} told which training "
        "points are of some novel class, though not of which."
    )


def _training(results: Mapping[str, Any], towers: Mapping[str, Mapping[str, Any]]) -> str:
    rows = []
    parts = _parts(results)
    for part in parts:
        told = f"{part['views']} views, {part['steps']} steps, {part['minutes']:.0f} minutes"
        told += f", {part['processes']} process{'es' if part['processes'] != 1 else ''}, seed {part['seed']}"
        if part is parts[0] and (start := part.get("start")):
            told += f"; begun with what {start} had learned"
        rows.append([part["about"], told])
    rows += [[f"frozen: {tower}", _tower(known)] for tower, known in sorted(towers.items())]
    table = markdown(["part", "training"], rows) if rows else "Not stated.\n"
    return f"## Training\n\n{table}"


def _tower(known: Mapping[str, Any]) -> str:
    """What a tower was trained on and how; facts of another kind as they are."""
    left = {name: value for name, value in known.items() if name != "tower" and not isinstance(value, Mapping | list)}
    told = []
    if {"windows", "views", "rooms"} <= left.keys():
        windows, views, rooms = (left.pop(name) for name in ("windows", "views", "rooms"))
        told.append(f"{windows} pictures with captions, of {views} views in {rooms} rooms")
    if "trained before" in left:
        told.append(f"trained before: {left.pop('trained before')}")
    if {"steps", "views a step", "minutes", "precision", "device"} <= left.keys():
        steps, views, minutes, precision, device = (
            left.pop(name) for name in ("steps", "views a step", "minutes", "precision", "device")
        )
        last = "last: " if "trained before" in known else ""
        told.append(f"{last}{steps} x {views} views, {minutes} minutes, {precision}, {device}")
    told += [name if value is True else f"{name} {value}" for name, value in left.items()]
    return "; ".join(told)


def _scores(results: Mapping[str, Any]) -> str:
    if not results:
        return "## Scores\n\nNot measured.\n"
    rows = []
    for gate, evaluation in results["evaluation"].items():
        for entry in evaluation["results"]:
            if entry["output"] in ("fused", "3d", "2d"):
                scores = [percent(entry[name]) for name in ("hiou", "miou_base", "miou_novel")]
                rows.append([entry["output"], gate, *scores])
    first = next(iter(results["evaluation"].values()))
    fused = next(entry for entry in first["results"] if entry["output"] == "fused")
    classes = markdown(
        ["class", f"IoU, fused, gate {first['gate']}"],
        [[name, "-" if iou is None else percent(iou)] for name, iou in fused["iou"].items()],
    )
    remark = f" {results['remark']}" if "remark" in results else ""
    return (
        f"## Scores\n\n{results['split']}, {first['scenes']} held-out rooms, {first['frames']} views, percent, of the "
        "weights before they were rounded to half precision. The default is the fused output behind the gate of the "
        f"configuration.{remark}\n\n{markdown(['output', 'gate', 'hIoU', 'base', 'novel'], rows)}\n{classes}"
    )


def _sizes(config: ModelConfig, tensors: Mapping[str, Tensor]) -> str:
    frozen = sum(tensor.numel() for name, tensor in tensors.items() if name.startswith(("diffusion.", "clip.")))
    total = sum(tensor.numel() for tensor in tensors.values())
    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    return (
        f"## Sizes\n\n{total / 1e6:.1f} million numbers, {frozen / 1e6:.1f} of them frozen (CLIP, diffusion); "
        f"{size / 1e6:.1f} MB in float16 (statistics of batch norms in float32), made float32 as they are loaded. "
        f"Voxels of {100 * config.voxel_size:.0f} cm, images of {config.diffusion.image_size} pixels, "
        f"{config.mask_head.queries} mask queries, gate {config.scoring.gate}.\n"
    )
