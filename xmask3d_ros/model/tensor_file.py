# SPDX-License-Identifier: Apache-2.0
"""Tensors out of files of others, without ever executing code from them."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor


class TensorFileError(ValueError):
    """A file that is damaged, or holds something else than named tensors."""


class _Ignored:
    """Takes the place of an object that is of no interest, and does nothing with what it is given."""

    def __init__(self, *_: Any) -> None: ...

    def __setstate__(self, _: Any) -> None: ...


_ALIGNMENT = 64
"""Bytes; of the memory that PyTorch takes on processors."""
_BESIDE_THE_WEIGHTS = (
    "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar",
    "numpy.dtype",
)
"""Objects that training scripts leave in checkpoints, Stable Diffusion's among them; read as :class:`_Ignored`."""


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Named tensors of a safetensors or torch file, on the CPU.

    A torch file is read with ``weights_only``: a pickle that asks for anything but tensors and containers is refused
    before it can do anything. If the file holds a training checkpoint, its ``state_dict`` is answered. Raises
    :class:`TensorFileError`, saying why, and ``OSError`` if the file cannot be opened.
    """
    content = _read_safetensors(path) if path.suffix == ".safetensors" else _read_torch(path)
    if isinstance(content, dict):
        content = content.get("state_dict", content)
    if not isinstance(content, dict) or not content:
        raise TensorFileError(f"{path}: holds {type(content).__name__}, expected named tensors")
    for name, value in content.items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            raise TensorFileError(f"{path}: entry {name!r} is {type(value).__name__}, expected named tensors")
    return dict(content)


def _read_safetensors(path: Path) -> Any:
    try:
        tensors = safetensors.torch.load_file(path)
    except safetensors.SafetensorError as error:
        raise TensorFileError(f"{path}: not a readable safetensors file ({error})") from error
    return {name: _aligned(tensor) for name, tensor in tensors.items()}


def _aligned(tensor: Tensor) -> Tensor:
    """The tensor where PyTorch would have put it itself: kernels may round otherwise from other addresses."""
    return tensor if tensor.data_ptr() % _ALIGNMENT == 0 else tensor.clone()


def _read_torch(path: Path) -> Any:
    with path.open("rb"):  # lets a missing or unreadable file speak for itself
        pass
    try:
        with torch.serialization.safe_globals([(_Ignored, name) for name in _BESIDE_THE_WEIGHTS]):
            return torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except pickle.UnpicklingError as error:
        raise TensorFileError(
            f"{path}: refused, it asks to run code or to make objects other than tensors ({_first_line(error)})"
        ) from error
    except Exception as error:  # a damaged file fails in as many ways as there are damages
        raise TensorFileError(f"{path}: not a readable torch file ({_first_line(error)})") from error


def _first_line(error: Exception) -> str:
    """The line of torch's long explanations that names the cause."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    named = [line for line in lines if "global" in line.lower()]
    return (named or lines or [type(error).__name__])[0][:200]
