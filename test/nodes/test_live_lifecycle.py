# SPDX-License-Identifier: Apache-2.0
"""Over DDS: every transition, the impossible ones too, and an end at any moment."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")

from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from live_rig import PERIOD, SECOND, Camera, Viewer, wait_until
from rcl_interfaces.srv import DescribeParameters, SetParameters
from rclpy.parameter import Parameter
from std_srvs.srv import Trigger
from xmask3d_msgs.srv import GetVocabulary

from xmask3d_ros.nodes import parameters, segment
from xmask3d_ros.nodes.reporting import Reporter
from xmask3d_ros.nodes.spinning import Spinner

pytestmark = pytest.mark.ros
CONFIGURE, CLEANUP = Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_CLEANUP
ACTIVATE, DEACTIVATE = Transition.TRANSITION_ACTIVATE, Transition.TRANSITION_DEACTIVATE


def test_transitions_in_any_order_leave_a_node_that_works(alone):
    rig = alone()
    change = rig.viewer.change
    assert not change(ACTIVATE) and not change(DEACTIVATE) and not change(CLEANUP)
    assert rig.viewer.state == "unconfigured"
    assert change(CONFIGURE) and not change(CONFIGURE) and not change(DEACTIVATE)
    assert rig.viewer.state == "inactive"
    assert change(ACTIVATE) and not change(ACTIVATE) and not change(CLEANUP)
    assert not change(250), "no transition has this number"
    assert rig.viewer.state == "active"
    rig.camera.wait_for_node()
    assert rig.is_up()


def test_the_map_outlives_a_pause_and_not_a_cleanup(alone):
    rig = alone().activate()
    rig.camera.frame(rig.start)
    wait_until(lambda: rig.viewer.stamps[-1:] == [rig.start])
    points = len(rig.viewer.points)
    assert rig.viewer.change(DEACTIVATE)
    assert not rig.camera.color.get_subscription_count(), "deactivated, it hears nothing"
    rig.viewer.clouds.clear()
    assert rig.viewer.change(ACTIVATE)
    wait_until(lambda: rig.viewer.stamps == [rig.start], what="the map as it was")
    assert len(rig.viewer.points) == points
    rig.camera.wait_for_node()
    assert rig.is_up()
    assert rig.viewer.change(DEACTIVATE) and rig.viewer.change(CLEANUP)
    assert rig.node._segmenter is None, "the network is freed"
    assert rig.viewer.change(CONFIGURE) and rig.viewer.change(ACTIVATE)
    rig.camera.wait_for_node()
    assert rig.integrated == 0 and len(rig.node._segmenter.map) == 0
    assert rig.is_up()


@pytest.mark.parametrize(
    "values", [{"model": "/nowhere"}, {"vocabulary": "chair,,"}, {"device": "cuda:77"}, {"fixed_frame": ""}]
)
def test_what_cannot_be_configured_is_refused_and_can_be_mended(alone, values):
    rig = alone(**values)
    assert not rig.viewer.change(CONFIGURE)
    assert rig.viewer.state == "unconfigured"
    good = {"model": rig.folder, "vocabulary": "chair", "device": "cpu", "fixed_frame": "odom"}
    mended = [Parameter(name, value=good[name]).to_parameter_msg() for name in values]
    setting = rig.viewer.node.create_client(SetParameters, "xmask3d/set_parameters")
    rig.viewer._clients["set_parameters"] = setting
    results = rig.viewer.call("set_parameters", SetParameters.Request(parameters=mended)).results
    assert all(result.successful for result in results)
    assert rig.viewer.change(CONFIGURE)
    refused = rig.viewer.call("set_parameters", SetParameters.Request(parameters=mended)).results
    assert not refused[0].successful and "deactivate and clean up first" in refused[0].reason


def test_parameters_are_described_over_dds(alone):
    rig = alone()
    rig.viewer._clients["describe"] = rig.viewer.node.create_client(DescribeParameters, "xmask3d/describe_parameters")
    answer = rig.viewer.call("describe", DescribeParameters.Request(names=["radius"])).descriptors[0]
    assert "metres" in answer.description and answer.floating_point_range[0].to_value == 1000.0


def test_reset_empties_the_map_and_keeps_the_words(shared_rig):
    from std_srvs.srv import Trigger

    rig = shared_rig
    rig.begin()
    rig.camera.frame(rig.start)
    wait_until(lambda: rig.viewer.stamps[-1:] == [rig.start])
    version = rig.node._segmenter.vocabulary.version
    assert rig.viewer.call("reset", Trigger.Request()).success
    assert len(rig.node._segmenter.map) == 0
    wait_until(lambda: rig.viewer.clouds[-1].width == 0)
    assert rig.node._segmenter.vocabulary.version == version
    assert rig.is_up()


def test_a_reset_that_waits_for_the_map_holds_up_nobody(rig):
    rig.camera.frame(rig.start)
    wait_until(lambda: rig.integrated == 1)
    with rig.node._segmenter._lock:
        rig.camera.frame(rig.start + PERIOD)
        wait_until(lambda: rig.node._pairing.paired == 2)
        time.sleep(0.1)  # for the frame to get as far as the map
        reset = rig.viewer._clients["reset"].call_async(Trigger.Request())
        assert rig.viewer.call("get_vocabulary", GetVocabulary.Request(), seconds=5).classes
        rig.camera.frame(rig.start + 2 * PERIOD)
        wait_until(lambda: rig.node._pairing.paired == 3, seconds=5, what="images")
        assert not reset.done()
    wait_until(reset.done)
    assert reset.result().success and rig.is_up()


def test_a_frame_from_before_a_reset_does_not_enter_the_map_after_it(rig, monkeypatch):
    workers = rig.node._workers
    empty = workers._clear_map_if_asked

    def reset_just_then() -> None:
        monkeypatch.undo()
        workers.clear("reset between taking a frame and integrating it")
        empty()

    monkeypatch.setattr(workers, "_clear_map_if_asked", reset_just_then)
    rig.camera.frame(rig.start)
    wait_until(lambda: rig.dropped == {"cleared": 1}, what=f"{rig.integrated} {rig.dropped}")
    assert rig.integrated == 0 and len(rig.node._segmenter.map) == 0
    assert rig.is_up()


def test_a_failed_activation_leaves_nothing_behind(alone):
    depth = "/alone/depth/image_raw"
    rig = alone(**{f"qos_overrides.{depth}.subscription.reliability": "bogus"})
    assert rig.viewer.change(CONFIGURE) and not rig.viewer.change(ACTIVATE)
    assert rig.viewer.state == "inactive"
    wait_until(lambda: not rig.camera.color.get_subscription_count(), what="no subscription is left")


def test_an_activation_that_fails_once_may_be_tried_again(alone, monkeypatch):
    rig = alone()
    assert rig.viewer.change(CONFIGURE)
    with monkeypatch.context() as patch:
        patch.setattr(rig.node._outputs, "announce", lambda again: 1 / 0)
        assert not rig.viewer.change(ACTIVATE)
    assert rig.viewer.state == "inactive"
    assert rig.viewer.change(ACTIVATE)
    rig.camera.wait_for_node()
    assert rig.is_up()


def test_a_fault_in_a_callback_does_not_end_the_node(shared_rig, monkeypatch):
    rig = shared_rig
    rig.begin()
    with monkeypatch.context() as broken:
        broken.setattr(rig.node._pairing, "add", lambda *_: 1 / 0)
        rig.camera.frame(rig.start)
        wait_until(lambda: rig.node.reporter.faults >= 2)
    assert rig.said("ZeroDivisionError", "the node goes on")
    with monkeypatch.context() as broken:
        broken.setattr(rig.node._segmenter, "observe", lambda *_: 1 / 0)
        rig.camera.frame(rig.start + SECOND)
        wait_until(lambda: rig.node.reporter.faults >= 3)
    assert rig.is_up()


def test_diagnostics_add_up(shared_rig):
    rig = shared_rig
    rig.begin()
    for number in range(3):
        rig.camera.frame(rig.start + number * PERIOD)
        time.sleep(0.02)
    rig.camera.images(rig.start + 20 * SECOND)
    wait_until(lambda: rig.dropped == {"no transform": 1} and rig.integrated == 3)
    wait_until(lambda: rig.viewer.diagnostics.get("xmask3d: input", {}).get("frames dropped: no transform") == "1")
    entries = rig.viewer.diagnostics
    assert set(entries) == {"xmask3d: input", "xmask3d: inference", "xmask3d: map"}
    assert (entries["xmask3d: input"]["paired"], entries["xmask3d: input"]["integrated"]) == ("4", "3")
    assert rig.viewer.levels["xmask3d: input"] == b"\x01", "a frame was lost: a warning"
    wait_until(lambda: int(rig.viewer.diagnostics["xmask3d: map"]["voxels"]) > 0)


@contextlib.contextmanager
def processes(folder: Path, **arguments: list[str]) -> Iterator[dict[str, subprocess.Popen]]:
    """Nodes in processes of their own, each in the namespace of its name; what they say goes to a file each."""
    running = {}
    try:
        for name, extra in arguments.items():
            command = [sys.executable, "-m", "xmask3d_ros.nodes.segment", "--ros-args", "-r", f"__ns:=/{name}", *extra]
            with (folder / name).open("w") as output:
                running[name] = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        yield running
    finally:
        for process in running.values():
            process.kill()
            process.wait()


def test_a_signal_ends_the_node_cleanly_in_every_state(ros, model_folder, tmp_path):
    """Many nodes at once, since most time goes into loading the libraries. One has the bundled model, and says so."""
    small = ["-p", f"model:={model_folder}", "-p", "min_view_points:=20", "-p", "threads:=1"]
    states = ("unconfigured", "configuring", "inactive", "active")
    arguments = {**dict.fromkeys((*states, "loading"), small), "inactive": ["-p", "model:=tiny", "-p", "threads:=1"]}
    with contextlib.ExitStack() as stack:
        running = stack.enter_context(processes(tmp_path, **arguments))
        viewers = {state: Viewer(state) for state in states}
        camera = Camera("active")
        for client in (*viewers.values(), camera):
            stack.callback(client.node.destroy_node)
        for viewer in viewers.values():
            stack.callback(Spinner(viewer.node, Reporter(print, print)).stop)
        time.sleep(0.5)
        running["loading"].terminate()
        for state in states:
            assert viewers[state]._clients["change_state"].wait_for_service(timeout_sec=120), state
        for state in ("inactive", "active"):
            assert viewers[state].change(CONFIGURE)
        assert viewers["active"].change(ACTIVATE)
        camera.wait_for_node()
        for number in range(5):
            camera.frame(1000 * SECOND + number * PERIOD)
            camera.images(1000 * SECOND + number * PERIOD + 30 * SECOND)  # waits for its pose
        wait_until(lambda: viewers["active"].clouds)
        configure = ChangeState.Request(transition=Transition(id=CONFIGURE))
        viewers["configuring"]._clients["change_state"].call_async(configure)
        assert viewers["unconfigured"].state == "unconfigured"
        for state in states:
            running[state].send_signal(signal.SIGINT)
        for name, process in running.items():
            status, output = process.wait(60), (tmp_path / name).read_text()
            assert status == 0, f"{name}: {status}\n{output}"
            assert "Traceback" not in output and "terminate" not in output, f"{name}:\n{output}"
            assert output.count("was trained in synthetic rooms alone") == (name == "inactive"), f"{name}:\n{output}"


def test_a_parameter_of_a_wrong_type_is_one_line(ros, monkeypatch, capfd):
    monkeypatch.setattr("rclpy.init", lambda **_: None)  # done once, for all tests
    monkeypatch.setattr("rclpy.shutdown", lambda: None)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    declare = parameters.declare

    def with_a_text(node) -> None:
        node._parameter_overrides["radius"] = Parameter("radius", value="far")
        declare(node)

    monkeypatch.setattr(parameters, "declare", with_a_text)
    assert segment.main([]) == 1
    assert "radius" in capfd.readouterr().err
