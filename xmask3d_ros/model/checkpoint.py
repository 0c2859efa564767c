# SPDX-License-Identifier: Apache-2.0
"""A model as a folder: ``config.json`` and ``model.safetensors``.

The frozen parts may be in the file too (small models), or be loaded from where their makers publish them (``frozen``).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from xmask3d_ros.files import whole_file
from xmask3d_ros.model.config import PRESETS, ModelConfig
from xmask3d_ros.model.frozen import load_clip, load_diffusion
from xmask3d_ros.model.tensor_file import TensorFileError, read_tensors
from xmask3d_ros.model.tokenizer import WordListTokenizer
from xmask3d_ros.model.xmask3d import PRECISIONS, XMask3D

logger = logging.getLogger(__name__)

BUNDLED = Path(__file__).resolve().parent.parent / "models"
"""Where models that come with the package lie, a folder a name."""
CONFIG_FILE, WEIGHTS_FILE = "config.json", "model.safetensors"
TINY_KNOWS = (
    "the bundled model 'tiny' was trained in synthetic rooms alone: it knows rooms and words like theirs (its card, "
    "README.md, lists them), and its labels of real scenes are unreliable. For those import an official checkpoint, "
    "'xmask3d import-checkpoint FILE.pth --split b12n7 --out FOLDER', and give FOLDER as the model"
)
"""Said when the bundled model is loaded."""


class CheckpointError(ValueError):
    """A model cannot be loaded; the message names the file, the fault and the remedy."""


def save_model(model: XMask3D, folder: str | Path, include_frozen: bool) -> None:
    """Write a model as a folder.

    Args:
        model: any precision; tensors are written as they are.
        folder: made if missing; files appear whole or not at all.
        include_frozen: write CLIP and the diffusion model too.
    """
    save_words(model, folder)
    write_folder(folder, model.config, model.state_dict() if include_frozen else trained_state(model))


def save_words(model: XMask3D, folder: str | Path) -> None:
    """Write the word list of a model's tokenizer, if it is one: it belongs to the folder."""
    tokenizer = model.clip.tokenizer
    if isinstance(tokenizer, WordListTokenizer):
        with whole_file(Path(folder) / model.config.clip.tokenizer) as temporary:
            temporary.write_text("".join(f"{line}\n" for line in tokenizer.lines), encoding="utf-8")


def trained_state(model: XMask3D) -> dict[str, Tensor]:
    """The state dict without CLIP and the diffusion model."""
    frozen = tuple(f"{name}." for name in model.frozen_parts())
    return {name: tensor for name, tensor in model.state_dict().items() if not name.startswith(frozen)}


def write_folder(folder: str | Path, config: ModelConfig, tensors: Mapping[str, Tensor]) -> None:
    """Write configuration and weights as a model's folder; files appear whole or not at all."""
    folder = Path(folder)
    written = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with whole_file(folder / WEIGHTS_FILE) as temporary:
        save_file(written, temporary, metadata={"format": "xmask3d"})
    with whole_file(folder / CONFIG_FILE) as temporary:
        temporary.write_text(json.dumps(config.to_dict(), indent=2) + "\n", encoding="utf-8")


def load_model(
    name: str | Path, device: str | torch.device = "cpu", precision: str = "fp32", random_weights: bool = False
) -> XMask3D:
    """Load a model, ready for inference.

    Args:
        name: a folder with ``config.json``, or a preset: "tiny" (bundled) or "xmask3d" (the paper's sizes).
        device: where to put it.
        precision: "fp32", "bf16" or "fp16".
        random_weights: build the preset with seeded random weights: for measuring time and memory only.

    Raises:
        CheckpointError: no such model, its files are missing, damaged or do not fit each other, or random weights are
            asked for a folder.
        FrozenWeightsError: CLIP or the diffusion model cannot be found; the message says how to fetch them.
    """
    if precision not in PRECISIONS:
        raise CheckpointError(f"precision must be one of {', '.join(PRECISIONS)}, not {precision!r}")
    folder = next((path for path in (Path(name), BUNDLED / str(name)) if (path / CONFIG_FILE).is_file()), None)
    if random_weights:
        if str(name) not in PRESETS:
            raise CheckpointError(f"random weights are for {' and '.join(PRESETS)}, not for a folder: {str(name)!r}")
        logger.warning("%s with random weights (seed 0): its labels are arbitrary", name)
        model = XMask3D.from_config(PRESETS[str(name)]())
    elif folder is not None:
        model = _load_folder(folder, frozen=True)
        if folder.resolve() == (BUNDLED / "tiny").resolve():
            logger.warning(TINY_KNOWS)
    elif str(name) not in PRESETS:
        raise CheckpointError(
            f"no model {str(name)!r}: give a folder that holds {CONFIG_FILE} and {WEIGHTS_FILE}, "
            f"or one of {', '.join(PRESETS)}"
        )
    elif str(name) == "tiny":
        raise CheckpointError(f"the bundled model is missing in {BUNDLED}: install the package anew")
    else:
        raise CheckpointError(
            f"{str(name)!r} names the paper's sizes, not a trained model: import an "
            "official checkpoint, 'xmask3d import-checkpoint FILE.pth --split b12n7 --out FOLDER', and give that folder"
        )
    return model.use_precision(precision).to(device).eval()


def load_trained_parts(folder: str | Path) -> XMask3D:
    """A folder's model on the CPU without its frozen parts, whose parameters stay empty (on the meta device).

    Enough to look at or call the parts that are trained; neither Stable Diffusion nor CLIP need be there.

    Raises:
        CheckpointError: as :func:`load_model`.
    """
    return _load_folder(Path(folder), frozen=False).eval()


def read_config(folder: Path) -> ModelConfig:
    """Configuration of a model's folder. Raises :class:`CheckpointError`."""
    try:
        values = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
        return ModelConfig.from_dict(values)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise CheckpointError(f"{folder / CONFIG_FILE} is not a model's configuration: {error}") from error


def empty_model(config: ModelConfig, folder: Path | None = None) -> XMask3D:
    """The network without values, on the meta device: built at once, to be filled by loading.

    Raises:
        CheckpointError: the configuration asks for what cannot be built.
    """
    try:
        with torch.device("meta"):
            return XMask3D(config, folder)
    except (OSError, ValueError) as error:
        raise CheckpointError(f"the configuration cannot be built: {error}") from error


def _load_folder(folder: Path, frozen: bool) -> XMask3D:
    config = read_config(folder)
    path = folder / WEIGHTS_FILE
    if not path.is_file():
        raise CheckpointError(f"{path} is missing: a model's folder holds {CONFIG_FILE} and {WEIGHTS_FILE}")
    try:
        tensors = read_tensors(path)
    except (TensorFileError, OSError) as error:
        raise CheckpointError(str(error)) from error
    model = empty_model(config, folder)
    load_tensors(model, tensors, path, frozen)
    return model


def load_tensors(model: XMask3D, tensors: Mapping[str, Tensor], source: str | Path, frozen: bool = True) -> None:
    """Make named tensors a model's own, strictly; frozen parts that are left out whole come from their own source.

    With ``frozen`` false they stay as they are.

    Raises:
        CheckpointError: names missing or unexpected, wrong shapes, or values that are not finite; nothing is loaded.
    """
    expected = model.state_dict()
    absent = [name for name in model.frozen_parts() if not any(key.startswith(f"{name}.") for key in tensors)]
    left_out = tuple(f"{part}." for part in absent)
    wanted = {name: tensor for name, tensor in expected.items() if not name.startswith(left_out)}
    check_tensors(tensors, wanted, source)
    model.load_state_dict(
        {name: tensor.to(expected[name].dtype) for name, tensor in tensors.items()}, strict=False, assign=True
    )
    if frozen and "diffusion" in absent:
        load_diffusion(model.diffusion)
    if frozen and "clip" in absent:
        load_clip(model.clip)


def check_tensors(tensors: Mapping[str, Tensor], expected: Mapping[str, Tensor], source: str | Path) -> None:
    """Compare names, shapes and kinds of numbers with what is expected, and look for values that are not finite.

    Raises:
        CheckpointError: names all that is missing, unexpected or misshapen, as far as a dozen lines go.
    """
    faults = [f"{name} is missing" for name in expected if name not in tensors]
    for name, tensor in tensors.items():
        if name not in expected:
            faults.append(f"{name} is unexpected")
        elif tensor.shape != expected[name].shape:
            faults.append(f"{name} has shape {tuple(tensor.shape)}, expected {tuple(expected[name].shape)}")
        elif tensor.is_floating_point() != expected[name].is_floating_point():
            faults.append(f"{name} holds {tensor.dtype}, expected {expected[name].dtype}")
        elif tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            faults.append(f"{name} holds NaN or infinite values")
    if faults:
        more = f"\n  ... and {len(faults) - 12} more" if len(faults) > 12 else ""
        raise CheckpointError(f"{source} does not fit the configuration:\n  " + "\n  ".join(faults[:12]) + more)
