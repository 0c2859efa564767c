# SPDX-License-Identifier: Apache-2.0
"""The ament_python package xmask3d_ros."""

from pathlib import Path

from setuptools import find_packages, setup

NAME = "xmask3d_ros"
HERE = Path(__file__).parent


def share(folder: str) -> list[tuple[str, list[str]]]:
    """Where the files under a folder of this repository go in the package's share, folder by folder."""
    files = [path.relative_to(HERE) for path in sorted((HERE / folder).rglob("*")) if path.is_file()]
    folders = sorted({path.parent for path in files})
    return [(f"share/{NAME}/{at}", [str(path) for path in files if path.parent == at]) for at in folders]


setup(
    name=NAME,
    version="0.1.0",
    description="Open-vocabulary 3D semantic mapping from RGB-D streams, for ROS 2",
    license="Apache-2.0",
    maintainer="xmask3d_ros maintainers",
    maintainer_email="maintainers@example.com",
    python_requires=">=3.11",
    packages=find_packages(include=[NAME, f"{NAME}.*"]),
    package_data={NAME: ["models/**/*", "evaluation/report/page/*"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{NAME}"]),
        (f"share/{NAME}", ["package.xml"]),
        *share("config"),
        *share("launch"),
        *share("sample"),
    ],
    install_requires=[
        "diffusers",
        "huggingface_hub",
        "matplotlib",
        "numpy",
        "open_clip_torch",
        "opencv-python-headless",
        "pillow",
        "pyyaml",
        "rosbags",
        "safetensors",
        "scipy",
        "torch>=2.11",
        "torchvision",
        "tqdm",
        "transformers",
    ],
    extras_require={
        "rerun": ["rerun-sdk"],
        "test": [
            "embreex",
            "hypothesis",
            "mypy",
            "pre-commit",
            "pytest",
            "pytest-timeout",
            "pytest-xdist",
            "ruff",
            "trimesh",
        ],
    },
    entry_points={
        "console_scripts": [
            "xmask3d = xmask3d_ros.cli:main",
            "segment = xmask3d_ros.nodes.segment:main",
        ]
    },
    zip_safe=False,
)
