# SPDX-License-Identifier: Apache-2.0
"""The checks of ``xmask3d doctor``. What may crash, and all that is of ROS, is tried in a process of its own."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import torch

from xmask3d_ros.model.checkpoint import BUNDLED, CONFIG_FILE, WEIGHTS_FILE, CheckpointError, load_trained_parts
from xmask3d_ros.model.config import ModelConfig, xmask3d
from xmask3d_ros.model.frozen_files import FrozenWeightsError, find_clip, find_diffusion

AMX_LIMIT = "ONEDNN_MAX_CPU_ISA"
_SECONDS = 60
_LIBRARIES = ("diffusers", "transformers", "open_clip_torch", "rosbags", "opencv-python-headless")
_BF16 = "import torch; a = torch.ones(64, 64, dtype=torch.bfloat16); a @ a"
_NODE = (
    "import rclpy; rclpy.init(); rclpy.create_node('xmask3d_doctor').destroy_node(); "
    "print(rclpy.get_rmw_implementation_identifier()); rclpy.shutdown()"
)


class Finding(NamedTuple):
    """What one check found."""

    state: str
    """OK, WARN or FAIL."""
    subject: str
    """What was checked."""
    fact: str
    """What was found."""
    remedy: str = ""
    """What to do about it."""


Check = Callable[[], Finding]


def all_checks(model: Path | None = None) -> list[Check]:
    """The checks in the order in which their faults are best dealt with; ``model`` is a model's folder."""
    checks: list[Check] = [check_python, check_libraries, check_gpu, check_cpu_bf16]
    checks += [check_ros, check_interfaces, check_transforms]
    checks += [check_bundled, partial(check_diffusion, xmask3d()), partial(check_clip, xmask3d()), check_minkowski]
    return checks if model is None else [*checks, partial(check_model, model)]


def check_python() -> Finding:
    """Older ones do not get here."""
    found = f"{platform.python_version()}, {sys.executable}"
    tested = sys.version_info[:2] in ((3, 11), (3, 12))
    return Finding("OK", "Python", found) if tested else Finding("WARN", "Python", found, "tested: 3.11 and 3.12")


def check_libraries() -> Finding:
    """PyTorch and what the network is made of."""
    versions, absent = [f"torch {torch.__version__}"], []
    for name in _LIBRARIES:
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            absent.append(name)
    if absent:
        return Finding("FAIL", "libraries", f"{', '.join(absent)} not installed", f"pip install {' '.join(absent)}")
    return Finding("OK", "libraries", ", ".join(versions))


def check_gpu() -> Finding:
    """Whether a kernel really runs: a driver alone, or a PyTorch built for other GPUs, is not enough."""
    if not torch.cuda.is_available():
        if Path("/proc/driver/nvidia/version").exists():
            remedy = "nvidia-smi must list the GPU; PyTorch must be built for CUDA (torch.version.cuda)"
            return Finding("WARN", "GPU", "there is an NVIDIA driver, but PyTorch finds no GPU", remedy)
        remedy = "the model 'tiny' runs on the CPU; the paper's sizes want an NVIDIA GPU of 8 GB or more"
        return Finding("WARN", "GPU", "none", remedy)
    major, minor = torch.cuda.get_device_capability()
    free, total = torch.cuda.mem_get_info()
    fact = (
        f"{torch.cuda.get_device_name()}, compute capability {major}.{minor}, CUDA {torch.version.cuda}, "
        f"{free / 2**30:.1f} of {total / 2**30:.1f} GiB free, bf16 {'yes' if torch.cuda.is_bf16_supported() else 'no'}"
    )
    try:
        side = 64
        product = torch.ones(side, side, device="cuda") @ torch.ones(side, side, device="cuda")
        works = bool((product == side).all())
    except RuntimeError as error:
        built = ", ".join(torch.cuda.get_arch_list())
        return Finding("FAIL", "GPU", f"{fact}; {_first_line(str(error))}", f"install a PyTorch for it (this: {built})")
    return Finding("OK", "GPU", fact) if works else Finding("FAIL", "GPU", f"{fact}; it computes wrongly")


def check_cpu_bf16() -> Finding:
    """Some virtual machines announce AMX and kill who uses it."""
    limit = os.environ.get(AMX_LIMIT)
    fault = _fault_of(_BF16)
    if fault:
        remedy = f"export {AMX_LIMIT}=AVX512_CORE_BF16, or use fp32 on the CPU"
        return Finding("WARN", "CPU bf16", f"{fault} ({AMX_LIMIT}={limit})", remedy)
    if "amx_bf16" not in _cpu_flags() or limit != "AVX512_CORE_BF16":
        return Finding("OK", "CPU bf16", "works")
    if _fault_of(_BF16, {AMX_LIMIT: "AVX512_CORE_AMX"}):
        return Finding("OK", "CPU bf16", f"works; AMX is announced and does not, {AMX_LIMIT} keeps it off")
    return Finding("OK", "CPU bf16", "works", f"AMX works here: {AMX_LIMIT}=AVX512_CORE_AMX makes it faster")


def check_ros() -> Finding:
    """Whether a node comes up."""
    if find_spec("rclpy") is None:
        remedy = "only the node needs it: source a ROS 2 distribution, or run standalone/bootstrap.py"
        return Finding("WARN", "ROS 2", "rclpy is not importable", remedy)
    output, fault = _run(_NODE)
    if fault:
        remedy = "check RMW_IMPLEMENTATION and LD_LIBRARY_PATH, and that one ROS distribution is sourced"
        return Finding("FAIL", "ROS 2", f"a node does not start: {fault}", remedy)
    distribution = os.environ.get("ROS_DISTRO", "from wheels")
    return Finding("OK", "ROS 2", f"{distribution}, {output.split()[-1]}, a node starts")


def check_interfaces() -> Finding:
    """Whether messages and services are built."""
    remedy = "colcon build, then source install/setup.bash; without ROS: standalone/bootstrap.py"
    return _importable("ROS interfaces", "xmask3d_msgs.msg, xmask3d_msgs.srv, vision_msgs.msg, sensor_msgs.msg", remedy)


def check_transforms() -> Finding:
    """Whether TF can be listened to."""
    remedy = "install ros-$ROS_DISTRO-tf2-ros-py; without ROS: standalone/bootstrap.py"
    return _importable("TF", "tf2_ros", remedy)


def check_bundled() -> Finding:
    """Models that come with the package."""
    names = sorted(path.parent.name for path in BUNDLED.glob(f"*/{CONFIG_FILE}"))
    incomplete = [name for name in names if not (BUNDLED / name / WEIGHTS_FILE).is_file()]
    if incomplete or not names:
        fact = f"{', '.join(incomplete)} without {WEIGHTS_FILE}" if incomplete else f"none in {BUNDLED}"
        return Finding("WARN", "bundled models", fact, "'tiny' cannot be loaded: install the package anew")
    return Finding("OK", "bundled models", ", ".join(names))


def check_diffusion(config: ModelConfig, absent: str = "WARN") -> Finding:
    """Stable Diffusion's files, on this machine."""
    try:
        files = find_diffusion(config.diffusion, download=False)
    except FrozenWeightsError as error:
        return Finding(absent, "Stable Diffusion", *_halves(error))
    return Finding("OK", "Stable Diffusion", str(files.unet))


def check_clip(config: ModelConfig, absent: str = "WARN") -> Finding:
    """CLIP's file, on this machine."""
    try:
        return Finding("OK", "CLIP", str(find_clip(config.clip, download=False)))
    except FrozenWeightsError as error:
        return Finding(absent, "CLIP", *_halves(error))


def check_minkowski() -> Finding:
    """The optional backend of sparse convolutions."""
    if find_spec("MinkowskiEngine") is None:
        return Finding("OK", "MinkowskiEngine", "not installed; optional, our own convolutions are the default")
    return _importable("MinkowskiEngine", "MinkowskiEngine", "optional: uninstall it, or build it anew")


def check_model(folder: Path) -> Finding:
    """A model's own weights and what it needs beside them."""
    try:
        model = load_trained_parts(folder)
    except CheckpointError as error:
        return Finding("FAIL", "model", str(error))
    for name, check in (("diffusion", check_diffusion), ("clip", check_clip)):
        missing = any(parameter.is_meta for parameter in model.frozen_parts()[name].parameters())
        finding = check(model.config, "FAIL") if missing else None
        if finding and finding.state != "OK":
            return finding
    return Finding("OK", "model", f"{folder}: {len(model.config.base_classes)} base classes, all its weights are here")


def _importable(subject: str, modules: str, remedy: str) -> Finding:
    """Absent is one thing, broken another: only the first may be meant."""
    if find_spec(modules.partition(".")[0]) is None:
        return Finding("WARN", subject, f"{modules.partition('.')[0]} is not importable", remedy)
    fault = _fault_of(f"import {modules}")
    return Finding("FAIL", subject, fault, remedy) if fault else Finding("OK", subject, f"{modules} importable")


def _fault_of(code: str, environment: dict[str, str] | None = None) -> str:
    return _run(code, environment)[1]


def _run(code: str, environment: dict[str, str] | None = None) -> tuple[str, str]:
    """What a fresh interpreter prints, and what goes wrong in it ("" if nothing does)."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "", f"no answer within {_SECONDS} s"
    if done.returncode < 0:
        return "", f"killed by {signal.Signals(-done.returncode).name}"
    lines = done.stderr.strip().splitlines()
    return done.stdout, (lines[-1] if lines else f"exit status {done.returncode}") if done.returncode else ""


def _cpu_flags() -> frozenset[str]:
    path = Path("/proc/cpuinfo")
    return frozenset(path.read_text().split()) if path.exists() else frozenset()


def _halves(error: Exception) -> tuple[str, str]:
    """The messages of :mod:`~xmask3d_ros.model.frozen_files`: what is the case, then what to do."""
    fact, _, remedy = str(error).partition(". Fetch")
    return fact, f"fetch{remedy}" if remedy else ""


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[0]
