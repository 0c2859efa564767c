# SPDX-License-Identifier: Apache-2.0
"""``xmask3d doctor``: what is broken is told from what is absent, and each comes with a remedy."""

import contextlib
import io
import re
import sys
from pathlib import Path

import pytest

from xmask3d_ros.cli import main
from xmask3d_ros.commands import doctor_checks as checks
from xmask3d_ros.commands.doctor import line
from xmask3d_ros.model.checkpoint import save_model
from xmask3d_ros.model.config import xmask3d


@pytest.fixture
def at_home(tmp_path, monkeypatch):
    """A place for modules that fresh interpreters and this one find first."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def report():
    """What the doctor says of this machine, asked for a model that is not there; with its exit status."""
    with contextlib.redirect_stdout(io.StringIO()) as output, pytest.raises(SystemExit) as stop:
        main(["doctor", "--model", "nowhere"])
    return output.getvalue().splitlines(), stop.value.code


def test_every_check_answers_and_what_is_not_ok_has_a_remedy(report):
    rows, status = report
    subjects = [match[1].strip() for row in rows if (match := re.match(r"(?:OK|WARN|FAIL) +(.{18}) ", row))]
    assert subjects == [
        "Python", "libraries", "GPU", "CPU bf16", "ROS 2", "ROS interfaces", "TF", "bundled models",
        "Stable Diffusion", "CLIP", "MinkowskiEngine", "model",
    ]  # fmt: skip
    for number, row in enumerate(rows):
        if row.startswith("WARN"):
            assert rows[number + 1].lstrip().startswith("-> ")
    assert status == 1
    assert any(row.startswith("FAIL  model") and "config.json" in row for row in rows)


def test_bf16_on_the_cpu_does_not_crash_with_the_packages_own_setting(report):
    """Whatever the machine announces."""
    assert any(row.startswith("OK    CPU bf16") for row in report[0])


def test_a_crash_is_told_by_its_signal():
    assert checks._run("import os, signal; os.kill(os.getpid(), signal.SIGILL)")[1] == "killed by SIGILL"
    assert checks._run("raise ValueError('the cause')")[1] == "ValueError: the cause"
    assert checks._run("import sys; sys.exit(3)")[1] == "exit status 3"
    assert checks._run("print('well')") == ("well\n", "")


def test_an_absent_module_is_a_warning_and_a_broken_one_a_failure(at_home):
    absent = checks._importable("thing", "no_such_thing_here", "install it")
    assert (absent.state, absent.remedy) == ("WARN", "install it")
    (at_home / "a_broken_thing.py").write_text("raise OSError('library not found')\n")
    broken = checks._importable("thing", "a_broken_thing", "build it")
    assert (broken.state, broken.fact) == ("FAIL", "OSError: library not found")
    (at_home / "a_sound_thing.py").write_text("")
    assert checks._importable("thing", "a_sound_thing", "").state == "OK"


def test_a_node_that_does_not_start_fails(at_home, monkeypatch):
    """rclpy is there, its middleware is not."""
    (at_home / "rclpy.py").write_text("def init():\n    raise RuntimeError('no RMW implementation')\n")
    monkeypatch.setitem(sys.modules, "rclpy", None)  # so that the real one, or none, comes back after the test
    del sys.modules["rclpy"]
    finding = checks.check_ros()
    assert finding.state == "FAIL"
    assert "no RMW implementation" in finding.fact
    assert "RMW_IMPLEMENTATION" in finding.remedy


def test_weights_that_are_not_here_come_with_the_command_that_fetches_them(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("xmask3d_ros.model.frozen_files.try_to_load_from_cache", lambda *_: None)
    for finding in (checks.check_diffusion(xmask3d()), checks.check_clip(xmask3d())):
        assert finding.state == "WARN"
        assert str(tmp_path) in finding.fact
        assert finding.remedy.startswith("fetch with `hf download ")


def test_a_models_folder_is_looked_through(model, tmp_path):
    save_model(model, tmp_path / "whole", include_frozen=True)
    assert checks.check_model(tmp_path / "whole").state == "OK"
    save_model(model, tmp_path / "part", include_frozen=False)
    finding = checks.check_model(tmp_path / "part")
    assert finding.state == "FAIL"
    assert "Stable Diffusion" in finding.subject
    (tmp_path / "part" / "model.safetensors").write_bytes(b"")
    assert checks.check_model(tmp_path / "part").state == "FAIL"
    assert "config.json" in checks.check_model(Path("nowhere")).fact


def test_a_line_without_remedy_is_one_line():
    assert line(checks.Finding("OK", "Python", "3.11")) == "OK    Python             3.11"
    assert line(checks.Finding("WARN", "GPU", "none", "buy one")).splitlines()[1].strip() == "-> buy one"
