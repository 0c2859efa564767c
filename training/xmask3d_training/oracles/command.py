# SPDX-License-Identifier: Apache-2.0
"""``xmask3d train oracles``: can the frozen networks carry the experiment? Each writes a Markdown table and a picture.

mask-clip --data DIR --towers FOLDER   MaskCLIP with true masks on held-out rooms
probes --data DIR --towers FOLDER      linear classifiers on every diffusion tap at several times
baselines --data DIR                   colour alone and height alone, which must fail
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str]) -> int:
    """Run one oracle; returns the exit status."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0
    options = _parser().parse_args(arguments)
    from xmask3d_training.engine.cli import FAULTS
    from xmask3d_training.prepare.errors import FrameError, PrepareError

    try:
        _ask(options)
    except (*FAULTS, PrepareError, FrameError) as error:
        print(f"xmask3d train oracles {options.oracle}: {error}", file=sys.stderr)
        return 2
    return 0


def _ask(options: argparse.Namespace) -> None:
    from xmask3d_training.oracles import baselines, mask_clip, probes
    from xmask3d_training.oracles.views import frozen_network, labelled_views

    if options.oracle == "baselines":
        baselines.run(options.data, options.points, options.steps, options.out)
        return
    network = frozen_network(options.towers).to(options.device)
    test = labelled_views(options.data, "val", options.views)
    if options.oracle == "mask-clip":
        mask_clip.run(network, test, options.masks, options.out)
    else:
        train = labelled_views(options.data, "train", options.train_views)
        probes.run(network, train, test, options.times, options.pixels, options.steps, options.out)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="xmask3d train oracles")
    oracles = parser.add_subparsers(dest="oracle", required=True)
    for name, summary in (
        ("mask-clip", "MaskCLIP with true masks on held-out rooms"),
        ("probes", "linear probes of the diffusion taps"),
        ("baselines", "colour alone and height alone"),
    ):
        oracle = oracles.add_parser(name, help=summary)
        oracle.add_argument("--data", type=Path, required=True, help="data root with training and held-out rooms")
        oracle.add_argument("--out", type=Path, default=Path("out/oracles"), help="folder (default out/oracles)")
        if name == "baselines":
            oracle.add_argument("--points", type=int, default=2000, help="points a room (default 2000)")
            oracle.add_argument("--steps", type=int, default=1500, help="of training each (default 1500)")
            continue
        oracle.add_argument("--towers", type=Path, required=True, help="towers' folder, or a trained model's")
        oracle.add_argument("--device", default="cpu", help="cpu or cuda (default cpu)")
        oracle.add_argument("--views", type=int, default=200, help="most held-out views (default 200)")
        if name == "mask-clip":
            oracle.add_argument(
                "--masks", choices=("class", "object"), default="class", help="a mask a class, or a mask an object"
            )
        else:
            oracle.add_argument("--times", type=int, nargs="+", default=[0, 50, 100, 200], help="diffusion times")
            oracle.add_argument("--train-views", type=int, default=200, help="most training views (default 200)")
            oracle.add_argument("--pixels", type=int, default=150, help="pixels a view (default 150)")
            oracle.add_argument("--steps", type=int, default=600, help="of training a classifier (default 600)")
    return parser
