# SPDX-License-Identifier: Apache-2.0
"""Small synthetic rooms, made once."""

import pytest

from xmask3d_ros.geometry.camera import Camera
from xmask3d_training.synthetic import SyntheticRoom
from xmask3d_training.synthetic.cloud import Cloud

SMALL = Camera(160, 120, 145.0, 145.0, 79.5, 59.5)


@pytest.fixture(scope="session")
def bedroom() -> SyntheticRoom:
    """A training room with six small views."""
    return SyntheticRoom(3, views=6, camera=SMALL, kind="bedroom")


@pytest.fixture(scope="session")
def kitchen() -> SyntheticRoom:
    """A held-out room with six small views."""
    return SyntheticRoom(8, held_out=True, views=6, camera=SMALL, kind="kitchen")


@pytest.fixture(scope="session")
def clouds(bedroom, kitchen) -> dict[str, Cloud]:
    """The clouds of the two rooms, by kind."""
    return {room.room.kind: room.cloud() for room in (bedroom, kitchen)}
