# SPDX-License-Identifier: Apache-2.0
"""``xmask3d train``: training, evaluation and the preparation of data.

  fit --config training/configs/scannet_b12n7.yaml    train; --ckpt_path last takes up an interrupted run
  test --config ... --model.weights FOLDER            the paper's evaluation of a trained or imported model
  validate --config ... --model.weights FOLDER        one view a validation scene: a quick look
  prepare scannet|scannet200|s3dis|captions ...       raw releases in, the layout that training reads out
  inspect DATA_ROOT                                   what prepared data hold, pictures of them, and what is missing
  synthetic rooms ...                                 rooms with ground truth, for tests and small models
  towers pairs|clip|vae|diffusion|join|split ...      small frozen networks trained in synthetic rooms
  oracles mask-clip|probes|baselines ...              what frozen networks could give at best, and trivial methods
  reproduce [NAME...] ...                             the experiments in synthetic rooms, and their tables
  bundle MODEL --out FOLDER                           a trained model in half precision with a card

Every command has --help. Any setting of a configuration can be given on the command line too, for instance
--data.root DIR --data.batch_size 16 --trainer.devices 2 --trainer.precision bf16-mixed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

LIGHTNING = ("fit", "validate", "test")
"""Commands of Lightning's trainer."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = given[0] if given else "--help"
    if command in ("-h", "--help"):
        print(__doc__)
        return 0
    # Imported when asked for: Lightning takes seconds, and preparing data needs none of it.
    if command == "prepare":
        from xmask3d_training.prepare.command import main as prepare

        return prepare(given[1:])
    if command == "inspect":
        from xmask3d_training.prepare.inspect_command import main as inspect

        return inspect(given[1:])
    if command == "synthetic":
        from xmask3d_training.synthetic.command import main as synthetic

        return synthetic(given[1:])
    if command == "towers":
        from xmask3d_training.towers.command import main as towers

        return towers(given[1:])
    if command == "oracles":
        from xmask3d_training.oracles.command import main as oracles

        return oracles(given[1:])
    if command == "reproduce":
        from xmask3d_training.reproduction.command import main as reproduce

        return reproduce(given[1:])
    if command == "bundle":
        from xmask3d_training.reproduction.bundle import main as bundle

        return bundle(given[1:])
    if command not in LIGHTNING:
        known = ", ".join((*LIGHTNING, "prepare", "inspect", "synthetic", "towers", "oracles", "reproduce", "bundle"))
        print(f"xmask3d train: there is no command {command!r}; there are {known}", file=sys.stderr)
        return 2
    from xmask3d_training.engine.cli import FAULTS, run

    try:
        run(given)
    except FAULTS as error:
        print(f"xmask3d train {command}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
