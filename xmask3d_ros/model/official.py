# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of others, strictly by name: the official XMask3D's in both directions, OpenScene's 3D network's in."""

from __future__ import annotations

import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from xmask3d_ros.files import whole_file
from xmask3d_ros.model.checkpoint import CheckpointError, check_tensors, empty_model, trained_state, write_folder
from xmask3d_ros.model.config import ModelConfig
from xmask3d_ros.model.minkunet import MinkUNet
from xmask3d_ros.model.official_names import to_official, to_ours
from xmask3d_ros.model.tensor_file import TensorFileError, read_tensors
from xmask3d_ros.model.xmask3d import XMask3D

PREFIX = "module."
"""What distributed training puts before every name."""
_CLASS_WEIGHTS = "criterion.empty_weight"
_VERSION_2 = ("sem_seg_head", "sem_seg_head.predictor")
"""Modules whose names the official code would rewrite while loading, were they not marked as current."""


def import_official(
    path: str | Path, config: ModelConfig, folder: str | Path, expected: Mapping[str, Tensor] | None = None
) -> int:
    """Write an official checkpoint as a model's folder. Returns the number of its tensors.

    Args:
        path: torch file of a training state or of a state dict, with or without ``module.`` before the names and with
            or without ``_metadata``. It is read as tensors alone; code in it is refused, never run.
        config: sizes and base classes that it must fit.
        folder: where ``config.json`` and ``model.safetensors`` go.
        expected: :func:`official_tensors` of ``config``, to spare building them for every one of many files.

    Raises:
        CheckpointError: the file is damaged or asks to run code, or names are missing or unexpected, shapes wrong, or
            values not finite. Nothing is written then.
    """
    official = read_official(path)
    _check_classes(official, config, path)
    check_tensors(official, official_tensors(config) if expected is None else expected, path)
    # Cloned, since the thirds of one official tensor share their memory.
    ours = {
        name: (tensor.float() if tensor.is_floating_point() else tensor).clone()
        for name, tensor in to_ours(official).items()
    }
    write_folder(folder, config, ours)
    return len(official)


def read_official(path: str | Path) -> dict[str, Tensor]:
    """Tensors of an official checkpoint by official name, without ``module.``. Raises :class:`CheckpointError`."""
    path = Path(path)
    try:
        _check_sums(path)
        tensors = read_tensors(path)
    except (TensorFileError, OSError) as error:
        raise CheckpointError(str(error)) from error
    if all(name.startswith(PREFIX) for name in tensors):
        tensors = {name.removeprefix(PREFIX): tensor for name, tensor in tensors.items()}
    return tensors


def official_tensors(config: ModelConfig) -> dict[str, Tensor]:
    """Names, shapes and kinds of the tensors of an official checkpoint of these sizes; without values (meta device)."""
    return to_official(trained_state(empty_model(config)))


def export_official(ours: Mapping[str, Tensor], path: str | Path) -> int:
    """Write trained tensors, by our names, as the official code loads them. Returns their number.

    A training state with ``module.`` before every name and the ``_metadata`` that keeps the official mask head from
    renaming them. Raises ``KeyError`` for a tensor that the official code has no place for.
    """
    state = OrderedDict((f"{PREFIX}{name}", tensor.detach().cpu()) for name, tensor in to_official(ours).items())
    state._metadata = _metadata(state)  # type: ignore[attr-defined]
    with whole_file(path) as temporary:
        torch.save({"epoch": 0, "state_dict": state, "optimizer": {}, "best_iou": 0.0}, temporary)
    return len(state)


def official_gradients(network: XMask3D) -> dict[str, Tensor]:
    """Gradients of the trained parameters by official name; zero where a parameter has none."""
    gradients = {
        name: torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        for name, parameter in network.named_parameters()
        if parameter.requires_grad
    }
    return to_official(gradients)


def load_openscene(network: MinkUNet, path: str | Path) -> None:
    """Fill a network with OpenScene's distilled one (names ``net3d.*``; METHODS 5.4).

    OpenScene uses MinkUNet18A with 768 output channels (OpenSeg's features) or 512 (LSeg's):
    ``MinkUNetConfig(planes=(32, 64, 128, 256, 128, 128, 96, 96), blocks=(2,) * 8, out_channels=768)``.

    Raises:
        CheckpointError: as :func:`import_official`; nothing is loaded then.
    """
    tensors = read_official(path)
    tensors = {name.removeprefix("net3d."): tensor for name, tensor in tensors.items()}
    check_tensors(tensors, network.state_dict(), path)
    network.load_state_dict(tensors)


def _check_classes(official: Mapping[str, Tensor], config: ModelConfig, source: str | Path) -> None:
    """A checkpoint of another split deserves a clearer word than that of a wrong shape."""
    weights, classes = official.get(_CLASS_WEIGHTS), len(config.base_classes)
    if weights is not None and weights.ndim == 1 and len(weights) != classes + 1:
        raise CheckpointError(
            f"{source} was trained on {len(weights) - 1} base classes ({_CLASS_WEIGHTS} holds {len(weights)} weights), "
            f"the configuration has {classes}: name the split it was trained on"
        )


def _check_sums(path: Path) -> None:
    """Torch's files are zip archives with a check sum an entry, which torch itself does not look at."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:  # RuntimeError: encrypted, unsupported
        raise TensorFileError(f"{path}: not a readable torch file ({error})") from error
    if damaged:
        raise TensorFileError(f"{path}: damaged, the check sum of its entry {damaged!r} is wrong; copy it anew")


def _metadata(state: Mapping[str, Tensor]) -> OrderedDict[str, dict[str, int]]:
    """Versions of the official modules, by path, as torch's own ``state_dict()`` attaches them."""
    result: OrderedDict[str, dict[str, int]] = OrderedDict()
    for name in state:
        parts = name.split(".")
        for path in (".".join(parts[:length]) for length in range(len(parts))):
            current = path.removeprefix(PREFIX) in _VERSION_2 or f"{path}.running_mean" in state
            result[path] = {"version": 2 if current else 1}
    return result
