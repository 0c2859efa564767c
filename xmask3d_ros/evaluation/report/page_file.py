# SPDX-License-Identifier: Apache-2.0
"""report.html: one file that a browser shows without a network."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xmask3d_ros.evaluation.scoring.clouds import MapAtTruth
from xmask3d_ros.evaluation.scoring.run import Outcome
from xmask3d_ros.files import whole_file
from xmask3d_ros.vocabulary import color_of

PARTS = Path(__file__).resolve().parent / "page"
MOST_POINTS = 150_000
"""In the page's cloud; more are thinned. At 13 bytes a point the page stays under 3 MB."""


def write_page(document: dict[str, Any], outcome: Outcome, names: Sequence[str], path: str | Path) -> None:
    """Write the page of a run.

    Args:
        document: the report.
        outcome: of the run, for the cloud and the worst frames.
        names: the classes.
        path: of the page.
    """
    data = {
        "report": document,
        "names": list(names),
        "colors": [color_of(name) for name in names],
        "cloud": _cloud(outcome.at_truth),
        "worst": [
            {
                "number": frame.number,
                "stamp_ns": str(frame.stamp_ns),  # more digits than a browser's numbers hold
                "share_wrong": frame.share_wrong,
                "pictures": {name: _text(picture) for name, picture in frame.pictures.items()},
            }
            for frame in outcome.worst
        ],
    }
    fill_page(data, f"xmask3d: {Path(document['bag']).name}", ("points.js", "tables.js", "live.js", "report.js"), path)


def fill_page(data: dict[str, Any], title: str, scripts: Sequence[str], path: str | Path) -> None:
    """Write the frame of all pages around some data and the scripts that show them."""
    # "<" cannot end the script element when written as an escape.
    text = json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    page = Template((PARTS / "page.html").read_text(encoding="utf-8")).substitute(
        title=html.escape(title),
        style=(PARTS / "page.css").read_text(encoding="utf-8"),
        script="\n".join((PARTS / name).read_text(encoding="utf-8").replace('"use strict";', "") for name in scripts),
        data=text,
    )
    with whole_file(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def _cloud(found: MapAtTruth) -> dict[str, Any]:
    """The points of the ground truth, thinned, in few bytes: places as 16-bit steps from a corner."""
    chosen = thinned(found.points, MOST_POINTS)
    points = found.points[chosen]
    if not len(points):
        return {"count": 0}
    low, extent = points.min(axis=0), float(np.ptp(points, axis=0).max())
    step = max(extent, 1e-6) / 65535
    colors = np.where(found.seen[chosen, None], found.colors[chosen], np.uint8(70))
    return {
        "count": len(points),
        "spacing": _spacing(points),
        "origin": (-0.5 * np.ptp(points, axis=0)).tolist(),
        "step": step,
        "places": _text(np.round((points - low) / step).astype("<u2").tobytes()),
        "seen": _text(colors.astype(np.uint8).tobytes()),
        "truth": _text(found.truth[chosen].astype("<i2").tobytes()),
        "prediction": _text(found.prediction[chosen].astype("<i2").tobytes()),
    }


def thinned(points: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Indices of at most ``most`` points: the first of each cell of the finest grid that is coarse enough."""
    chosen = np.arange(len(points))
    size = 0.01
    while len(chosen) > most:
        cells = np.floor(points / size).astype(np.int64)
        _, chosen = np.unique(cells, axis=0, return_index=True)
        size *= 1.25
    return np.sort(chosen)


def _spacing(points: NDArray[np.float64]) -> float:
    """Metres between neighbours, about: the edge of the squares that a surface of so many points is made of."""
    cells = len(np.unique(np.floor(points / 0.1).astype(np.int64), axis=0))
    return float(0.1 / max(1.0, (len(points) / cells) ** 0.5))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
