# SPDX-License-Identifier: Apache-2.0
"""Makes a virtual environment a ROS prefix that interface packages can be built against and installed into."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

WHEEL_BUILDER_PATH = re.compile(r"/opt/python/cp\d+-cp\d+/[^;\"]*")
"""A path of the machine on which the ROS wheels were built. CMake stops at it: no other machine has it."""


def mend_cmake_exports(prefix: Path, python_include: Path, numpy_include: Path) -> int:
    """Point the CMake files of the ROS wheels under `prefix` at this machine's headers; answer the number changed."""
    mended = 0
    for file in sorted(prefix.glob("share/*/cmake/*.cmake")):
        text = file.read_text()
        new = WHEEL_BUILDER_PATH.sub(lambda path: str(numpy_include if "numpy" in path[0] else python_include), text)
        if new != text:
            file.write_text(new)
            mended += 1
    return mended


def build_interface(source: Path, build: Path, prefix: Path, log: Path) -> None:
    """Build the interface package at `source` and install it into the virtual environment `prefix`.

    Raises subprocess.CalledProcessError if CMake or the compiler fails; `log` then holds their output.
    """
    python = prefix / "bin" / "python"
    prefixes = [str(prefix), *filter(None, os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep))]
    environment = os.environ | {
        "AMENT_PREFIX_PATH": os.pathsep.join(prefixes),
        "CMAKE_PREFIX_PATH": os.pathsep.join(prefixes),
        # ament's generators are run by the name python3; it has to be the environment's.
        "PATH": os.pathsep.join([str(prefix / "bin"), os.environ["PATH"]]),
    }
    configure = [
        *("cmake", "-S", str(source), "-B", str(build)),
        f"-DCMAKE_INSTALL_PREFIX={prefix}",
        f"-DPython3_EXECUTABLE={python}",
        "-DBUILD_TESTING=OFF",
    ]
    make = ["cmake", "--build", str(build), "--target", "install", "--parallel", str(os.cpu_count() or 1)]
    with log.open("w") as output:
        for command in (configure, make):
            subprocess.run(command, env=environment, stdout=output, stderr=subprocess.STDOUT, check=True)
