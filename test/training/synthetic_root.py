# SPDX-License-Identifier: Apache-2.0
"""Two written synthetic rooms, small in number of views."""

from pathlib import Path

from xmask3d_training.synthetic import SyntheticRoom
from xmask3d_training.synthetic.writers.prepared import scene_name, write_captions, write_room


def write_synthetic_root(root: Path, views: int = 3) -> Path:
    """A training room and a held-out room of the same kind in the prepared layout."""
    rooms = [SyntheticRoom(11, views=views), SyntheticRoom(12, held_out=True, views=views)]
    write_captions({scene_name(room.seed, room.held_out): write_room(room, root) for room in rooms}, root)
    return root
