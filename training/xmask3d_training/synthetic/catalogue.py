# SPDX-License-Identifier: Apache-2.0
"""What stands in the rooms: the 19 ScanNet classes, clutter outside them, and the words people use for both."""

from __future__ import annotations

from xmask3d_ros.model.config import SCANNET_CLASSES

UNLABELLED = 255
"""Label of clutter and ceilings in views and clouds (METHODS 1.2)."""

NYU40_IDS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 24, 28, 33, 34, 36)
"""NYU40 id of each of the 19 classes, in label order (METHODS 1.2)."""
NYU40_CEILING = 22
NYU40_OTHER_PROP = 40

SYNONYMS: dict[str, tuple[str, ...]] = {
    "wall": (),
    "floor": (),
    "cabinet": ("cupboard",),
    "bed": (),
    "chair": ("seat",),
    "sofa": ("couch",),
    "table": (),
    "door": (),
    "window": (),
    "bookshelf": ("bookcase", "shelf"),
    "picture": ("painting",),
    "counter": ("worktop", "countertop"),
    "desk": ("writing desk",),
    "curtain": ("drapes",),
    "refrigerator": ("fridge",),
    "shower curtain": (),
    "toilet": (),
    "sink": ("washbasin", "basin"),
    "bathtub": ("tub", "bath"),
}
"""Other words for a class that captions use."""

STYLE_NAMES: dict[str, str] = {
    "cabinet/wardrobe": "wardrobe",
    "cabinet/chest_of_drawers": "chest of drawers",
    "cabinet/locker": "locker",
    "cabinet/file_cabinet": "file cabinet",
    "chair/swivel": "office chair",
    "chair/armchair": "armchair",
    "table/coffee": "coffee table",
    "table/side": "side table",
    "bed/bunk": "bunk bed",
    "picture/poster": "poster",
    "monitor/laptop": "laptop",
}
"""Names that only some designs of a class deserve."""

CLUTTER = (
    "plant", "box", "lamp", "ball", "bin", "monitor", "bottle", "fan", "suitcase", "basket", "vase", "television",
    "stool", "clock", "heater", "ladder", "guitar", "bowl", "backpack", "coat rack",
)  # fmt: skip
"""Names of the objects outside the 19 classes; they carry no label."""


def label_of(name: str) -> int:
    """Label 0-18 of a class name, ``UNLABELLED`` for anything else (clutter, ceiling)."""
    return SCANNET_CLASSES.index(name) if name in SCANNET_CLASSES else UNLABELLED


def nyu40_of(name: str) -> int:
    """NYU40 id of a class, of the ceiling, or of other props for clutter: what a ScanNet label image holds."""
    label = label_of(name)
    if label != UNLABELLED:
        return NYU40_IDS[label]
    return NYU40_CEILING if name == "ceiling" else NYU40_OTHER_PROP
