# SPDX-License-Identifier: Apache-2.0
"""``xmask3d train towers``: small frozen networks from synthetic rooms, in this order.

  pairs --data DIR                       image-text pairs of the rooms written to DIR, and the word list
  clip fit --config FILE --data.root DIR         CLIP
  vae fit --config FILE --data.root DIR          the diffusion model's VAE
  diffusion fit --config FILE --data.root DIR --model.vae RUN/tower    its UNet
  join FOLDER FOLDER --out FOLDER        the towers of both runs in one folder, from which XMask3D's training starts
  split MODEL --out FOLDER               the frozen parts of a trained model as towers to train on (--model.start)

The configurations are in training/configs/towers. Every run writes curves (CSV, TensorBoard), pictures, checkpoints and
``tower/`` to trainer.default_root_dir; --ckpt_path last takes up an interrupted one. Every command has --help.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit status."""
    command = arguments[0] if arguments else "--help"
    if command in ("-h", "--help"):
        print(__doc__)
        return 0
    from xmask3d_training.engine.cli import FAULTS

    try:
        return _run(command, arguments[1:])
    except FAULTS as error:
        print(f"xmask3d train towers {command}: {error}", file=sys.stderr)
        return 2


def _run(command: str, arguments: Sequence[str]) -> int:
    if command == "pairs":
        from xmask3d_training.towers.pairs_command import main as pairs

        return pairs(arguments)
    if command == "join":
        from xmask3d_training.towers.folder import join_towers

        parser = argparse.ArgumentParser(prog="xmask3d train towers join")
        parser.add_argument("folders", type=Path, nargs="+", help="tower/ of finished runs")
        parser.add_argument("--out", type=Path, required=True, help="folder to write")
        options = parser.parse_args(arguments)
        print(f"{options.out}: {' and '.join(join_towers(options.folders, options.out))}")
        return 0
    if command == "split":
        from xmask3d_training.towers.folder import split_towers

        parser = argparse.ArgumentParser(prog="xmask3d train towers split")
        parser.add_argument("model", help="folder of a trained model with a word list, or the name of a bundled one")
        parser.add_argument("--out", type=Path, required=True, help="folder to write a folder a tower to")
        options = parser.parse_args(arguments)
        print(f"{options.out}: {' and '.join(split_towers(options.model, options.out))}")
        return 0
    from xmask3d_training.towers.cli import TOWERS, run

    if command not in TOWERS:
        print(
            f"xmask3d train towers: there is no command {command!r}; there are pairs, {', '.join(TOWERS)}, join, split",
            file=sys.stderr,
        )
        return 2
    run(command, arguments)
    return 0
