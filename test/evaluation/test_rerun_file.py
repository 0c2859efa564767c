# SPDX-License-Identifier: Apache-2.0
"""The recording for the rerun viewer; what it says where rerun-sdk is not installed."""

import importlib.util

import numpy as np
import pytest

from xmask3d_ros.cloud import LabelledCloud
from xmask3d_ros.evaluation.report.document import ReportError
from xmask3d_ros.evaluation.report.rerun_file import RerunFile
from xmask3d_ros.geometry import Camera, RgbdFrame

INSTALLED = importlib.util.find_spec("rerun") is not None
FRAME = RgbdFrame(
    np.zeros((6, 8, 3), np.uint8), np.ones((6, 8), np.float32), Camera(8, 6, 7.0, 7.0, 3.5, 2.5), np.eye(4), 10**18
)


@pytest.mark.skipif(INSTALLED, reason="rerun-sdk is installed")
def test_without_rerun_the_error_says_what_to_install(tmp_path):
    with pytest.raises(ReportError, match="pip install rerun-sdk"):
        RerunFile(tmp_path / "run.rrd", ("wall",))


@pytest.mark.skipif(not INSTALLED, reason="rerun-sdk is not installed")
def test_a_recording_is_written_as_it_goes(tmp_path):
    recording = RerunFile(tmp_path / "new" / "run.rrd", ("wall", "chair"))
    cloud = LabelledCloud(
        np.arange(2), np.eye(3, dtype=np.float32)[:2], np.zeros((2, 3), np.uint8), np.array([1, 65535], np.uint16),
        np.ones(2, np.float32), {0: "wall", 1: "chair"}, 10**18,
    )  # fmt: skip
    recording.frame(FRAME, None, np.empty(0, np.int64), 0.02)
    recording.frame(FRAME, cloud, np.array([1, -1]), 0.02)
    recording.truth(np.eye(3), np.array([0, 1, 0]), 0.02)
    recording.close()
    content = (tmp_path / "new" / "run.rrd").read_bytes()
    assert content[:4] in (b"RRF2", b"RRF3")
    for path in (b"world/camera/image", b"world/map", b"world/ground_truth", b"image stamp"):
        assert path.replace(b" ", b"") in content.replace(b"\\ ", b"").replace(b" ", b"")
