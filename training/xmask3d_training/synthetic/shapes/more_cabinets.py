# SPDX-License-Identifier: Apache-2.0
"""More cabinets to train on: armoires, hutches, sliding doors, many small drawers, slats and cane, towers, glazing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import meshes
from ..colors import Paint, darker, paint
from ..item import Item, Surface
from ..materials import FABRICS, Material, metal, plain, wood
from .registry import design
from .tubes import along_x, along_y

PAINTS = ("white", "white", "grey", "green", "blue", "beige", "red", "yellow", "black", "pink")
"""Colour words of painted furniture, common ones repeated."""


def finish(rng: np.random.Generator, axis: int, wooden: float = 0.65) -> Material:
    """Wood, or a coat of paint."""
    return wood(rng, axis=axis) if rng.random() < wooden else plain(paint(rng, PAINTS), rng.uniform(0.05, 0.3))


@dataclass(frozen=True)
class Fronts:
    """How the doors and drawers of one piece look; all are built on a face looking to -y, ``at`` its bottom middle."""

    kind: str
    """flat, framed, louvred, cane, ribbed or glazed (an open sash)."""
    grip: str
    """knob, bar, cup, lip or none."""
    main: Material
    steel: Material
    inner: Material
    """What fills the frames."""

    @classmethod
    def draw(cls, rng: np.random.Generator, main: Material, kinds: tuple[str, ...] = ("flat", "framed")) -> Fronts:
        """Random ones for a piece of material ``main``."""
        kind, grip = str(rng.choice(kinds)), str(rng.choice(["knob", "knob", "bar", "cup", "lip", "none"]))
        inner = main if rng.random() < 0.5 else plain(darker(main.color, rng.uniform(0.75, 1.15)), main.gloss)
        if kind == "cane":
            straw = paint(rng, ("beige", "beige", "brown", "black"))
            inner = Material(straw, darker(straw, 0.65), "checker", 0.014)
        return cls(kind, grip, main, metal(rng) if rng.random() < 0.7 else wood(rng), inner)

    def handle(self, item: Item, x: float, y: float, z: float, upright: bool, long: float) -> None:
        """The grip, its middle at ``(x, z)`` on the face ``y``."""
        if self.grip == "knob":
            item.add(meshes.rod((x, y, z), (x, y - 0.026, z), 0.015, 8), self.steel)
        elif self.grip == "bar":
            way = np.array([0, 0, long / 2] if upright else [long / 2, 0, 0])
            at = np.array([x, y - 0.03, z])
            item.add(meshes.rod(at - way, at + way, 0.006, 6), self.steel)
            for end in (-0.8, 0.8):
                item.add(meshes.beam(at + end * way, at + end * way + (0, 0.03, 0), 0.008, 0.008), self.steel)
        elif self.grip == "cup" and not upright:
            profile = [(y, z + 0.018), (y - 0.02, z + 0.01), (y - 0.026, z - 0.014), (y, z - 0.014)]
            item.add(along_x(profile, min(long, 0.09), x), self.steel)
        elif self.grip in ("lip", "cup"):
            size = (0.018, 0.022, long) if upright else (long, 0.022, 0.016)
            item.add(meshes.box(size, (x, y - 0.011, z - size[2] / 2)), self.steel)

    def drawer(self, item: Item, width: float, height: float, at: tuple[float, float, float]) -> None:
        """One drawer front."""
        x, y, z = at
        item.add(meshes.box((width - 0.008, 0.02, height - 0.008), (x, y - 0.01, z + 0.004)), self.main)
        if self.kind != "flat" and height > 0.16:
            item.add(meshes.box((width - 0.1, 0.006, height - 0.1), (x, y - 0.023, z + 0.05)), self.inner)
        if self.grip == "none":
            return
        many = (-0.28, 0.28) if self.grip == "knob" and width > 0.55 else (0.0,)
        for share in many:
            self.handle(item, x + share * width, y - 0.02, z + height * 0.55, False, min(0.2, width * 0.45))

    def door(self, item: Item, width: float, height: float, at: tuple[float, float, float], side: int) -> None:
        """One hinged door, its grip on ``side`` (-1 left, 1 right)."""
        x, y, z = at
        rail = float(np.clip(width * 0.16, 0.035, 0.08))
        wide, tall = width - 0.006, height - 0.006
        if self.kind == "flat":
            item.add(meshes.box((wide, 0.02, tall), (x, y - 0.01, z + 0.003)), self.main)
        else:
            for end in (-1, 1):
                at_side = (x + end * (wide - rail) / 2, y - 0.012, z + 0.003)
                item.add(meshes.box((rail, 0.024, tall), at_side), self.main)
                at_end = (x, y - 0.012, z + 0.003 + (tall - rail if end > 0 else 0))
                item.add(meshes.box((wide - 2 * rail, 0.024, rail), at_end), self.main)
            self._fill(item, wide - 2 * rail, tall - 2 * rail, (x, y, z + 0.003 + rail))
        grip_z = z + (height * 0.5 if height > 1.0 else height * 0.6)
        self.handle(item, x + side * (width / 2 - rail / 2), y - 0.02, grip_z, True, min(0.2, height * 0.35))

    def _fill(self, item: Item, width: float, height: float, at: tuple[float, float, float]) -> None:
        x, y, z = at
        if self.kind == "glazed":
            for share in np.arange(1, max(round(height / 0.3), 1)) * 0.3 / height:
                item.add(meshes.box((width, 0.014, 0.014), (x, y - 0.012, z + share * height)), self.main)
            if width > 0.28:
                item.add(meshes.box((0.014, 0.014, height), (x, y - 0.012, z)), self.main)
            return
        item.add(meshes.box((width, 0.01, height), (x, y - 0.005, z)), self.inner)
        if self.kind == "louvred":
            for low in np.arange(0.01, height - 0.03, max(0.04, height / 24)):
                item.add(meshes.box((width, 0.006, 0.035), (x, y - 0.02, z + low), tilt=0.4), self.main)
        elif self.kind == "ribbed":
            for left in np.arange(0.012, width, max(0.026, width / 16)):
                item.add(meshes.box((0.014, 0.01, height), (x - width / 2 + left, y - 0.014, z)), self.main)
        elif self.kind == "framed" and height > 0.9:
            item.add(meshes.box((width, 0.022, 0.06), (x, y - 0.011, z + height * 0.55)), self.main)


def _shell(item: Item, width: float, depth: float, low: float, high: float, y: float, main: Material) -> None:
    """A box open to the front, of boards, its back at ``y + depth / 2``."""
    board = 0.02
    for x in (-1, 1):
        item.add(meshes.box((board, depth, high - low), (x * (width - board) / 2, y, low)), main)
    for z in (low, high - board):
        item.add(meshes.box((width - 2 * board, depth, board), (0, y, z)), main)
    back = plain(darker(main.color, 0.8))
    item.add(meshes.box((width - 2 * board, 0.01, high - low), (0, y + depth / 2 - 0.006, low)), back)


def _crockery(item: Item, rng: np.random.Generator, width: float, y: float, z: float, room: float) -> None:
    """A row of plates, cups, boxes and towels on a shelf; part of the piece, as scans have it."""
    x = -width / 2 + 0.06
    while x < width / 2 - 0.06:
        half, tall = rng.uniform(0.03, 0.07), rng.uniform(0.05, 0.2)
        tall = min(tall, room * 0.8)
        at, look = (x + half, y, z), plain(paint(rng, FABRICS), 0.2)
        kind = rng.integers(4)
        if kind == 0:
            item.add(meshes.cylinder(half * 0.7, tall * 0.6, at, 10, top=half), look)
        elif kind == 1:
            up = min(half * 1.6, room * 0.4)
            item.add(meshes.rod((x + half, y + 0.05, z + up), (x + half, y + 0.04, z + up), up, 14), look)
        elif kind == 2:
            item.add(meshes.box((2 * half, 0.14, tall), at), look)
        x += 2 * half + rng.uniform(0.01, 0.12)


@design("cabinet")
def armoire(rng: np.random.Generator) -> Item:
    """An old wardrobe: panelled doors over a drawer, a moulded cornice or an arched crest, bun or bracket feet."""
    item, main = Item("cabinet", against_wall=True), finish(rng, 2, 0.75)
    width, depth, height = rng.uniform(0.9, 1.4), rng.uniform(0.5, 0.62), rng.uniform(1.65, 2.0)
    foot, crest = rng.uniform(0.06, 0.13), 0.0
    item.add(meshes.box((width, depth, height - foot), (0, 0, foot)), main)
    bun = rng.random() < 0.5
    for x in (-1, 1):
        for y in (-1, 1):
            corner = (x * (width / 2 - 0.06), y * (depth / 2 - 0.06), 0)
            if bun:
                item.add(meshes.ellipsoid((0.055, 0.055, foot / 2 + 0.004), corner, 1), main)
            else:
                item.add(meshes.cylinder(0.028, foot, corner, 4, top=0.06), main)
    for step in range(3):
        out = 0.02 + 0.022 * step
        item.add(meshes.box((width + 2 * out, depth + out, 0.03), (0, -out / 2, height + 0.03 * step)), main)
    item.add(meshes.box((width + 0.04, depth + 0.02, 0.05), (0, -0.01, foot)), main)
    if rng.random() < 0.45:
        crest = rng.uniform(0.06, 0.14)
        angle = np.linspace(0, np.pi, 13)
        profile = [(width * 0.5 * np.cos(a), height + 0.085 + crest * np.sin(a) ** 1.5) for a in angle]
        item.add(along_y(profile, 0.04, -depth / 2), main)
    fronts = Fronts.draw(rng, main, ("framed", "framed", "framed", "flat", "louvred"))
    drawer = rng.uniform(0.18, 0.26) if rng.random() < 0.6 else 0.0
    z, count = foot + 0.06 + drawer, int(rng.integers(2, 4)) if width > 1.15 else 2
    if drawer:
        for side in (-1, 1) if rng.random() < 0.6 else (0,):
            each = (width - 0.08) / (2 if side else 1)
            fronts.drawer(item, each, drawer, (side * each / 2, -depth / 2, foot + 0.055))
    each = (width - 0.08) / count
    mirror = int(rng.integers(count)) if rng.random() < 0.3 else -1
    for index in range(count):
        at = ((index - (count - 1) / 2) * each, -depth / 2, z)
        fronts.door(item, each, height - z - 0.03, at, 1 if index < count / 2 else -1)
        if index == mirror:
            glass = plain(Paint("grey", (0.62, 0.67, 0.7)), 1.0)
            item.add(meshes.box((each * 0.6, 0.006, (height - z) * 0.75), (at[0], at[1] - 0.027, z + 0.1)), glass)
    return item


@design("cabinet")
def china_hutch(rng: np.random.Generator) -> Item:
    """A deep lower part with doors and drawers, a shallower upper part with crockery behind sashes or in the open."""
    item, main = Item("cabinet", against_wall=True), finish(rng, 2)
    width, depth, low = rng.uniform(0.85, 1.5), rng.uniform(0.4, 0.5), rng.uniform(0.78, 0.92)
    upper, thin = rng.uniform(0.8, 1.1), rng.uniform(0.26, 0.32)
    item.add(meshes.box((width, depth, low - 0.03), (0, 0, 0)), main)
    slab = main if rng.random() < 0.6 else wood(rng, axis=0)
    item.add(meshes.box((width + 0.04, depth + 0.02, 0.03), (0, -0.01, low - 0.03)), slab)
    lower = Fronts.draw(rng, main, ("framed", "flat", "framed", "cane"))
    count = max(2, round(width / 0.45))
    each, drawer = width / count, rng.uniform(0.14, 0.2) if rng.random() < 0.75 else 0.0
    face, back = -depth / 2, depth / 2 - thin / 2
    for index in range(count):
        x = (index - (count - 1) / 2) * each
        if drawer:
            lower.drawer(item, each, drawer, (x, face, low - 0.04 - drawer))
        lower.door(item, each, low - drawer - 0.12, (x, face, 0.08), 1 if index % 2 == 0 else -1)
    gap = rng.uniform(0.12, 0.35) if rng.random() < 0.4 else 0.0
    bottom, top = low + gap, low + gap + upper - gap * 0.5
    _shell(item, width - 0.03, thin, bottom, top, back, main)
    for x in (-1, 1):
        if gap:
            item.add(meshes.box((0.025, thin, gap), (x * (width / 2 - 0.03), back, low)), main)
    shelves = int(rng.integers(2, 4))
    room = (top - bottom) / shelves
    for index in range(shelves):
        z = bottom + room * index + 0.02
        item.add(meshes.box((width - 0.07, thin - 0.04, 0.018), (0, back + 0.01, z - 0.018)), main)
        if rng.random() < 0.8:
            _crockery(item, rng, width - 0.1, back, z, room)
    if rng.random() < 0.65:
        sash = Fronts("glazed", lower.grip, main, lower.steel, main)
        for index in range(count):
            x = (index - (count - 1) / 2) * (width - 0.03) / count
            at = (x, back - thin / 2, bottom)
            sash.door(item, (width - 0.03) / count, top - bottom, at, 1 if index % 2 == 0 else -1)
    if rng.random() < 0.7:
        item.add(meshes.box((width + 0.03, thin + 0.04, 0.05), (0, back - 0.02, top)), main)
    if gap > 0.2 or thin < depth - 0.14:
        ledge = depth - thin
        item.surfaces.append(Surface((0, -depth / 2 + ledge / 2, low), (width, ledge)))
    return item


@design("cabinet")
def sliding_wardrobe(rng: np.random.Generator) -> Item:
    """A wide wardrobe of panels that slide past each other in rails: mirrors, glass, wood, in fields."""
    item, main = Item("cabinet", against_wall=True), finish(rng, 2)
    width, depth, height = rng.uniform(1.4, 2.2), rng.uniform(0.56, 0.66), rng.uniform(1.95, 2.28)
    board = 0.025
    _shell(item, width, depth, 0.0, height, 0.0, main)
    for z, tall in ((0.0, rng.uniform(0.04, 0.09)), (height - 0.07, 0.07)):
        item.add(meshes.box((width, 0.1, tall), (0, -depth / 2 + 0.05, z)), main)
    steel = metal(rng) if rng.random() < 0.7 else main
    glass = plain(Paint("grey", (0.6, 0.65, 0.68)), 1.0)
    lacquer = plain(paint(rng, PAINTS), 0.5)
    looks = [[glass], [lacquer], [main], [glass, main], [lacquer, main], [lacquer, glass]][int(rng.integers(6))]
    panels, fields = int(rng.integers(2, 4)), int(rng.choice([1, 1, 2, 3, 4]))
    each, tall, edge = (width - 2 * board) / panels + 0.02, height - 0.12, 0.028
    for index in range(panels):
        x = (index - (panels - 1) / 2) * (width - 2 * board - 0.02) / panels
        y = -depth / 2 + (0.02 if index % 2 == 0 else 0.055)
        for side in (-1, 1):
            item.add(meshes.box((edge, 0.03, tall), (x + side * (each - edge) / 2, y, 0.06)), steel)
        for field in range(fields):
            low = 0.06 + tall * field / fields
            look = looks[(field + (index if fields == 1 else 0)) % len(looks)]
            item.add(meshes.box((each - 2 * edge, 0.016, tall / fields - 0.012), (x, y, low + 0.006)), look)
            item.add(meshes.box((each - 2 * edge, 0.026, 0.014), (x, y, low - 0.007)), steel)
    item.color = looks[0].color.name
    return item


@design("cabinet")
def many_drawers(rng: np.random.Generator) -> Item:
    """A grid of small drawers as in old pharmacies, or of coloured ones as in children's rooms."""
    item, main = Item("cabinet", against_wall=True), finish(rng, 0, 0.8)
    columns, rows = int(rng.integers(3, 7)), int(rng.integers(3, 7))
    width, height = columns * rng.uniform(0.18, 0.26), rows * rng.uniform(0.14, 0.22)
    depth, foot = rng.uniform(0.3, 0.42), float(rng.choice([0.05, 0.12, 0.3]))
    item.add(meshes.box((width + 0.04, depth, height + 0.04), (0, 0, foot)), main)
    top = foot + height + 0.04
    item.add(meshes.box((width + 0.08, depth + 0.02, 0.025), (0, -0.01, top)), main)
    for x in (-1, 1):
        for y in (-1, 1):
            item.add(meshes.box((0.05, 0.05, foot), (x * (width / 2 - 0.01), y * (depth / 2 - 0.03), 0)), main)
    colourful = rng.random() < 0.4
    looks = [plain(paint(rng, FABRICS), 0.15) for _ in range(4)] if colourful else [main]
    fronts = [Fronts("flat", str(rng.choice(["knob", "cup", "lip"])), look, metal(rng), look) for look in looks]
    label = plain(paint(rng, ("white", "beige", "yellow"))) if rng.random() < 0.35 else None
    for row in range(rows):
        for column in range(columns):
            middle, z = (column - (columns - 1) / 2) * width / columns, foot + 0.02 + row * height / rows
            front = fronts[int(rng.integers(len(fronts)))]
            front.drawer(item, width / columns, height / rows, (middle, -depth / 2, z))
            if label:
                item.add(
                    meshes.box((0.05, 0.003, 0.022), (middle, -depth / 2 - 0.021, z + height / rows * 0.18)), label
                )
    item.color = looks[0].color.name
    item.surfaces.append(Surface((0, 0, top + 0.025), (width, depth)))
    return item


@design("cabinet")
def slatted_doors(rng: np.random.Generator) -> Item:
    """A cupboard on slim legs or a sled whose doors are louvred, ribbed or of cane."""
    item, main = Item("cabinet", against_wall=True), finish(rng, int(rng.choice([0, 2])))
    width, depth, height = rng.uniform(0.65, 1.5), rng.uniform(0.34, 0.46), rng.uniform(0.7, 1.35)
    foot = rng.uniform(0.1, 0.24)
    legs = (main if rng.random() < 0.4 else wood(rng)) if rng.random() < 0.6 else metal(rng)
    item.add(meshes.box((width, depth - 0.03, height - foot), (0, 0.015, foot)), main)
    if rng.random() < 0.5:  # the carcass stands out around the doors
        for x in (-1, 1):
            item.add(meshes.box((0.022, depth + 0.02, height - foot), (x * (width / 2 + 0.011), -0.005, foot)), main)
        for z in (foot - 0.01, height - 0.012):
            item.add(meshes.box((width + 0.044, depth + 0.02, 0.022), (0, -0.005, z)), main)
    sled, splay = rng.random() < 0.3, rng.uniform(0, 0.04)
    for x in (-1, 1):
        post = x * (width / 2 - 0.06)
        for y in (-1, 1):
            head, toe = (post, y * (depth / 2 - 0.06), foot), (post + x * splay, y * (depth / 2 - 0.06 + splay), 0)
            item.add(meshes.rod(toe, head, 0.014) if not sled else meshes.beam(toe, head, 0.022, 0.022), legs)
        if sled:
            item.add(meshes.box((0.022, depth - 0.1 + 2 * splay, 0.02), (post + x * splay, 0, 0)), legs)
    fronts = Fronts.draw(rng, main, ("louvred", "ribbed", "cane"))
    count = 2 if width < 1.0 else int(rng.integers(2, 5))
    each, drawer = width / count, rng.uniform(0.13, 0.2) if rng.random() < 0.35 else 0.0
    for index in range(count):
        at = ((index - (count - 1) / 2) * each, -depth / 2 + 0.03, foot + 0.01)
        fronts.door(item, each, height - foot - 0.02 - drawer, at, 1 if index % 2 == 0 else -1)
        if drawer:
            fronts.drawer(item, each, drawer, (at[0], at[1], height - 0.01 - drawer))
    item.surfaces.append(Surface((0, 0, height + 0.01), (width, depth)))
    return item


@design("cabinet")
def tower(rng: np.random.Generator) -> Item:
    """A narrow high cupboard, as for linen: doors, an open compartment and drawers one above the other."""
    item, main = Item("cabinet", against_wall=True), finish(rng, 2)
    width, depth, height = rng.uniform(0.34, 0.6), rng.uniform(0.3, 0.42), rng.uniform(1.35, 2.0)
    foot = rng.uniform(0.03, 0.14)
    for x in (-1, 1):
        for y in (-1, 1):
            item.add(meshes.box((0.03, 0.03, foot), (x * (width / 2 - 0.03), y * (depth / 2 - 0.03), 0)), main)
    fronts = Fronts.draw(rng, main, ("flat", "flat", "framed", "louvred"))
    parts = [["door", "open", "drawers"], ["open", "door"], ["door", "open", "door"], ["drawers", "open", "door"],
             ["drawers", "door"], ["door", "drawers", "open"]][int(rng.integers(6))]  # fmt: skip
    share = np.array([rng.uniform(0.7, 1.1) if part == "door" else rng.uniform(0.4, 0.7) for part in parts])
    levels = foot + np.concatenate([[0], np.cumsum(share / share.sum())]) * (height - foot)
    side = int(rng.choice([-1, 1]))
    for part, low, high in zip(parts, levels[:-1], levels[1:], strict=True):
        if part == "open":
            _shell(item, width, depth, low, high, 0.0, main)
            for z in np.linspace(low, high, int(rng.integers(2, 4)))[:-1]:
                item.add(meshes.box((width - 0.04, depth - 0.03, 0.018), (0, 0, z + 0.004)), main)
                _crockery(item, rng, width - 0.06, 0, z + 0.022, (high - low) / 2)
            continue
        item.add(meshes.box((width, depth, high - low), (0, 0, low)), main)
        if part == "door":
            fronts.door(item, width, high - low, (0, -depth / 2, low), side)
            continue
        count = max(2, round((high - low) / 0.18))
        for index in range(count):
            fronts.drawer(item, width, (high - low) / count, (0, -depth / 2, low + index * (high - low) / count))
    return item


@design("cabinet")
def wall_sashes(rng: np.random.Generator) -> Item:
    """Hung on the wall: sashes, mirrors or framed doors in one row, with an open shelf below or beside them."""
    item, main = Item("cabinet", against_wall=True, hangs_at=float(rng.uniform(1.35, 1.5))), finish(rng, 2, 0.55)
    count = int(rng.integers(1, 4))
    each, depth, height = rng.uniform(0.32, 0.46), rng.uniform(0.22, 0.34), rng.uniform(0.5, 0.72)
    beside = each * 0.7 if rng.random() < 0.4 else 0.0
    below = rng.uniform(0.12, 0.2) if rng.random() < 0.45 else 0.0
    width = count * each + beside
    _shell(item, width, depth, 0.0, height, 0.0, main)
    item.add(meshes.box((width - 0.04, depth - 0.02, 0.018), (0, 0, max(below, height * 0.45))), main)
    fronts = Fronts.draw(rng, main, ("glazed", "glazed", "framed", "mirror", "cane"))
    left = -width / 2 + beside
    for index in range(count):
        at = (left + each * (index + 0.5), -depth / 2, below)
        if fronts.kind == "mirror":
            item.add(meshes.box((each - 0.006, 0.02, height - below), (at[0], at[1] - 0.01, below)),
                     plain(Paint("grey", (0.62, 0.67, 0.7)), 1.0))  # fmt: skip
        else:
            fronts.door(item, each, height - below, at, 1 if index % 2 == 0 else -1)
    if beside:
        item.add(meshes.box((0.02, depth, height), (left, 0, 0)), main)
        _crockery(item, rng, width * 0.9, 0.02, height * 0.45 + 0.02, height * 0.4)
    if below or fronts.kind == "glazed":
        _crockery(item, rng, width - 0.08, 0.02, 0.02, below or height * 0.4)
    if rng.random() < 0.4:
        item.add(meshes.box((width + 0.06, depth + 0.04, 0.04), (0, -0.02, height)), main)
    item.color = main.color.name
    return item
