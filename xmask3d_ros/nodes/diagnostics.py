# SPDX-License-Identifier: Apache-2.0
"""The node's state as diagnostics (REP 107): three entries, once a second, in numbers that add up."""

from __future__ import annotations

import time
from typing import Any

import torch
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from xmask3d_ros.nodes.conversions import header
from xmask3d_ros.nodes.inputs import SILENCE, Inputs
from xmask3d_ros.nodes.outputs import Published
from xmask3d_ros.nodes.reporting import Reporter
from xmask3d_ros.nodes.workers import Workers
from xmask3d_ros.pipeline import TOO_FEW_POINTS, Segmenter

_RECENT = 5.0
"""A frame lost in these last seconds makes the input's state a warning."""


class Diagnostics:
    """Makes the messages of one active period."""

    def __init__(self, name: str, inputs: Inputs, workers: Workers, segmenter: Segmenter, reporter: Reporter) -> None:
        self._name = name
        self._inputs, self._workers, self._segmenter, self._reporter = inputs, workers, segmenter, reporter
        received = inputs.pairing.received  # counts on since the node was configured
        self._before = (time.monotonic(), received["color"], received["depth"])
        self._too_few = segmenter.counts[TOO_FEW_POINTS]

    def message(self, published: Published, now_ns: int) -> DiagnosticArray:
        """All three entries."""
        entries = [self._input(), self._inference(published), self._map(published, now_ns)]
        return DiagnosticArray(header=header(now_ns, ""), status=entries)

    def _status(self, part: str, level: bytes, message: str, values: dict[str, Any]) -> DiagnosticStatus:
        pairs = [KeyValue(key=key, value=str(value)) for key, value in values.items()]
        return DiagnosticStatus(level=level, name=f"{self._name}: {part}", message=message, values=pairs)

    def _input(self) -> DiagnosticStatus:
        inputs, dropped = self._inputs, self._reporter.dropped
        pairing = inputs.pairing
        level, message = DiagnosticStatus.OK, "frames arrive"
        if inputs.silent_for > SILENCE:
            level, message = DiagnosticStatus.ERROR, f"no pair of images for {inputs.silent_for:.0f} s"
        elif dropped and self._reporter.seconds_since_drop < _RECENT:
            level, message = DiagnosticStatus.WARN, "frames are lost: see the causes below"
        then, color, depth = self._before
        self._before = (time.monotonic(), pairing.received["color"], pairing.received["depth"])
        seconds = max(self._before[0] - then, 1e-3)
        values = {
            "received color": pairing.received["color"],
            "received depth": pairing.received["depth"],
            "color rate (Hz)": f"{(pairing.received['color'] - color) / seconds:.1f}",
            "depth rate (Hz)": f"{(pairing.received['depth'] - depth) / seconds:.1f}",
            "paired": pairing.paired,
            "skew (ms)": f"{inputs.skew_ns / 1e6:.1f}",
            "integrated": self._segmenter.counts["integrated"],
            "waiting": len(self._workers.queue),
            "jumps back in time": pairing.jumps,
            **{f"images {cause}": count for cause, count in sorted(pairing.dropped.items())},
            **{f"frames dropped: {cause}": count for cause, count in sorted(dropped.items())},
        }
        return self._status("input", level, message, values)

    def _inference(self, published: Published) -> DiagnosticStatus:
        segmenter = self._segmenter
        device = segmenter.model.device
        faults = self._reporter.faults
        level, message = DiagnosticStatus.OK, "every frame is integrated, the newest segmented"
        too_few, before = segmenter.counts[TOO_FEW_POINTS], self._too_few
        self._too_few = too_few
        if faults:
            level, message = DiagnosticStatus.WARN, f"{faults} faults: see the log"
        elif too_few > before:
            level, message = DiagnosticStatus.WARN, "views are not segmented, too few points are visible: see the log"
        values = {
            "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
            "segmented": segmenter.counts["segmented"],
            "superseded by a newer frame": self._reporter.superseded,
            "too few visible points": too_few,
            "vocabulary version": segmenter.vocabulary.version,
            "faults": faults,
            "publish (ms)": f"{published.milliseconds:.1f}",
        }
        if device.type == "cuda":
            values["peak GPU memory (MiB)"] = torch.cuda.max_memory_allocated(device) >> 20
        for stage, times in segmenter.timer.summary().items():
            values[f"{stage} (ms, median / 95 %)"] = f"{times['median']:.1f} / {times['p95']:.1f}"
        return self._status("inference", level, message, values)

    def _map(self, published: Published, now_ns: int) -> DiagnosticStatus:
        bounds, voxels = self._segmenter.config.map, self._segmenter.map
        age = (now_ns - published.stamp_ns) / 1e9 if published.stamp_ns else 0.0
        values = {
            "voxels": published.voxels,
            "bytes": published.bytes,
            "forgotten voxels": published.forgotten,
            "views kept whole": len(voxels.views),
            "views forgotten for newer ones": voxels.forgotten_views,
            "voxels that lost their only view": voxels.orphaned,
            "voxel size (m)": bounds.voxel_size,
            "radius (m)": bounds.radius,
            "max_age (s)": bounds.max_age,
            "max_voxels": bounds.max_voxels,
            "age of the newest image in the cloud (s)": f"{age:.2f}",
        }
        message = f"local map: {published.voxels} voxels within {bounds.radius:g} m, seen in {bounds.max_age:g} s"
        return self._status("map", DiagnosticStatus.OK, message, values)
