# SPDX-License-Identifier: Apache-2.0
"""Reading a points file back, ours or one that OpenScene or XMask3D published."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy._core.multiarray import _reconstruct  # type: ignore[attr-defined]
from numpy.typing import NDArray

from xmask3d_training.prepare.errors import PrepareError
from xmask3d_training.prepare.layout import UNLABELLED


class PointsFile(NamedTuple):
    """All points of a scene."""

    coordinates: NDArray[np.float32]
    """(N, 3) metres."""
    colors: NDArray[np.float32]
    """(N, 3), -1..1."""
    labels: NDArray[np.uint8]
    """(N,); 255 = unlabelled."""


_NUMPY_PARTS: list[Any] = [np.ndarray, np.dtype, _reconstruct, np.dtypes.Float32DType,
                           np.dtypes.Float64DType, np.dtypes.UInt8DType, np.dtypes.Int16DType, np.dtypes.Int32DType,
                           np.dtypes.Int64DType]  # fmt: skip
"""What a pickle of plain arrays needs; nothing else in a file is executed."""


def read_points_file(path: Path) -> PointsFile:
    """Read and check a points file.

    Raises:
        PrepareError: it is missing, damaged, or not of METHODS 1.2.
    """
    try:
        with torch.serialization.safe_globals(_safe_globals()):
            content = torch.load(path, map_location="cpu", weights_only=True)
        coordinates, colors, labels = (np.asarray(part) for part in content)
    except (OSError, EOFError, RuntimeError, pickle.UnpicklingError, ValueError, TypeError) as error:
        raise PrepareError(f"{path} is no readable points file ({error})") from error
    if coordinates.ndim != 2 or coordinates.shape[1] != 3 or colors.shape != coordinates.shape:
        raise PrepareError(f"{path}: coordinates {coordinates.shape} and colours {colors.shape} must both be (N, 3)")
    if labels.shape != coordinates.shape[:1] or not len(labels):
        raise PrepareError(f"{path}: {labels.shape} labels for {len(coordinates)} points")
    if not np.isfinite(coordinates).all() or not (np.abs(colors) <= 1.0001).all():
        raise PrepareError(f"{path}: coordinates that are not finite, or colours outside -1..1")
    whole = np.where((labels < 0) | (labels > UNLABELLED), UNLABELLED, labels).astype(np.uint8)
    return PointsFile(coordinates.astype(np.float32), colors.astype(np.float32), whole)


def read_ids_200(path: Path) -> NDArray[np.float64]:
    """ScanNet200 id of each point (N,); OpenScene's files may hold decimal points.

    Raises:
        PrepareError: the file is missing or holds something else than numbers.
    """
    try:
        return np.array(path.read_bytes().split(), dtype=np.float64)
    except OSError as error:
        raise PrepareError(f"cannot read {path}: {error.strerror}; add it to the scene's points") from error
    except ValueError as error:
        raise PrepareError(f"{path} is no file of ScanNet200 ids ({error}): make or download it again") from error


def _safe_globals() -> list[Any]:
    # Files written with numpy 1 name its module before the underscore came.
    return [*_NUMPY_PARTS, (_reconstruct, "numpy.core.multiarray._reconstruct")]
