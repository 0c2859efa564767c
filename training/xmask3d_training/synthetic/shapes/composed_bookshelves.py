# SPDX-License-Identifier: Apache-2.0
"""Bookshelves to train on, composed of parts that are drawn independently of each other."""

from __future__ import annotations

import itertools

import numpy as np
import trimesh

from .. import meshes
from ..colors import PALETTE, Paint, darker, paint
from ..item import Item, Part, Surface
from ..materials import Material, ceramic, metal, plain
from .more_cabinets import finish
from .registry import design
from .tubes import along_x, along_y

_BOARDS = ("plain", "plain", "thick", "lipped", "slatted", "wire")
_BACKS = ("none", "none", "full", "tinted", "planks", "cross", "rails")
_FEET = ("none", "plinth", "legs", "splayed", "skids", "castors")
_CROWNS = ("none", "none", "slab", "cornice", "arch", "rail")
"""Kinds of boards, of backs, of feet and of crowns; common ones are repeated."""
_PAPER = Paint("white", (0.93, 0.91, 0.86))


class _Books:
    """Fills boards as one owner does: rows, piles, covers to the front, files, baskets and ornaments, with gaps."""

    def __init__(self, item: Item, rng: np.random.Generator) -> None:
        self.item, self.rng = item, rng
        self.makers = (self._row, self._pile, self._covers, self._files, self._basket, self._ornament)
        # how often each maker's turn comes; rows of books make up three tenths at least
        self.shares = 0.3 * np.eye(6)[0] + 0.7 * rng.dirichlet((6.0, 1.5, 0.5, 0.6, 0.6, 0.9))
        self.words = tuple(PALETTE) if rng.random() < 0.5 else tuple(rng.choice(list(PALETTE), 4))
        self.order = str(rng.choice(["mixed", "mixed", "falling", "even"]))
        # how often there is a gap, and whether things stand in line with the board's front edge
        self.empty, self.flush = rng.choice([0.02, 0.1, 0.3]), rng.random() < 0.5
        self.solids: list[tuple[trimesh.Trimesh, Paint]] = []

    def __call__(self, left: float, right: float, front: float, base: float, room: float, deep: float) -> None:
        """Put things on the board at height ``base`` from ``left`` to ``right``.

        They begin at ``front`` or a little behind it and are at most ``room`` high and ``deep`` deep. A maker adds one
        thing or several of a kind between ``left`` and ``right``, and returns where they end.
        """
        rng, x = self.rng, left + 0.004
        room, self.solids = room - 0.015, []
        if rng.random() < self.empty:
            x += rng.uniform(0.1, 0.8) * (right - left)
        while right - x > 0.06 and room > 0.08:
            stop = min(x + rng.uniform(0.12, 0.6), right - 0.004)
            maker = self.makers[rng.choice(len(self.makers), p=self.shares)]
            x = maker(x, stop, front + (0.005 if self.flush else rng.uniform(0, 0.25) * deep), base, room, deep * 0.7)
            x += rng.uniform(0.0, 0.02) if rng.random() > self.empty else rng.uniform(0.05, 0.3)
        self._join()

    def _join(self) -> None:
        """What has been gathered becomes one part."""
        if self.solids:
            starts = np.cumsum([0, *(len(solid.vertices) for solid, _ in self.solids)])
            faces = [np.asarray(solid.faces) + start for (solid, _), start in zip(self.solids, starts, strict=False)]
            vertices = np.concatenate([np.asarray(solid.vertices) for solid, _ in self.solids])
            mesh = trimesh.Trimesh(vertices, np.concatenate(faces), process=False)
            tints = [np.tile(np.asarray(color.rgb, np.float32), (len(solid.faces), 1)) for solid, color in self.solids]
            self.item.add(mesh, plain(self.solids[0][1]), np.concatenate(tints))

    def _put(self, size: tuple[float, float, float], at: tuple[float, float, float], color: Paint) -> None:
        """One more block of a colour."""
        self.solids.append((meshes.box(size, at), color))

    def _row(self, left: float, right: float, front: float, base: float, room: float, deep: float) -> float:
        """Upright books of mixed, falling or equal height; the last may lean."""
        rng, widths = self.rng, self.rng.uniform(0.018, 0.058, 32)
        widths = widths[np.cumsum(widths) <= right - left]
        tall = np.minimum(rng.uniform(0.16, 0.3, len(widths)), room)
        tall = np.sort(tall)[::-1] if self.order == "falling" else tall
        tall = np.full(len(tall), tall.min()) if self.order == "even" and len(tall) else tall
        x = left
        for width, high in zip(widths.tolist(), tall.tolist(), strict=True):
            size = (width * 0.94, float(min(deep, high * rng.uniform(0.6, 0.75))), high)
            self._put(size, (x + width / 2, front + size[1] / 2, base), paint(rng, self.words))
            x += width
        reach = min(0.2, room * 0.9)
        if len(widths) and rng.random() < 0.35 and x + 0.1 < right:
            lean, thick = rng.uniform(0.15, 0.3), 0.028
            foot = x + reach * np.sin(lean) + 0.002
            corners = [(foot, base), (foot + thick * np.cos(lean), base + thick * np.sin(lean))]
            up = np.array([-np.sin(lean), np.cos(lean)]) * reach
            profile = [*corners, *((a + up[0], b + up[1]) for a, b in corners[::-1])]
            self.solids.append((along_y(profile, min(deep, 0.15), front + min(deep, 0.15) / 2), paint(rng, self.words)))
            x = foot + thick
        return x

    def _pile(self, left: float, right: float, front: float, base: float, room: float, deep: float) -> float:
        """Lying books, sometimes with a small bowl on top."""
        rng, z = self.rng, base
        long, top = min(rng.uniform(0.17, 0.27), right - left), base + rng.uniform(0.3, 0.9) * room
        while long > 0.1 and (thick := rng.uniform(0.016, 0.05)) + z < top:
            size = (long * rng.uniform(0.8, 1.0), min(rng.uniform(0.13, 0.2), deep), thick * 0.95)
            self._put(size, (left + long / 2, front + size[1] / 2, z), paint(rng, self.words))
            z += thick
        if long > 0.1 and top - z > 0.04:
            profile = [(0.02, 0.0), (0.05, 0.03), (0.045, 0.03), (0.015, 0.008)]
            self.item.add(meshes.lathe(profile, (left + long / 2, front + 0.07, z), 10), ceramic(rng))
        return left + max(long, 0.03)

    def _covers(self, left: float, right: float, front: float, base: float, room: float, deep: float) -> float:
        """Books and magazines that show their covers."""
        rng, x = self.rng, left
        while right - x > 0.13:
            wide, tall = rng.uniform(0.12, 0.2), min(rng.uniform(0.18, 0.28), room)
            wide, y = min(wide, right - x), front + min(deep, 0.08)
            self.solids.append((meshes.box((wide, 0.02, tall), (x + wide / 2, y, base), tilt=0.15), paint(rng)))
            self._put((wide * 0.7, 0.003, tall * 0.25), (x + wide / 2, y - 0.011 + 0.02, base + tall * 0.5), paint(rng))
            x += wide + 0.02
        return max(x, left + 0.03)

    def _files(self, left: float, right: float, front: float, base: float, room: float, deep: float) -> float:
        """Magazine files cut off at a slant, or office binders with labels."""
        rng, x, color = self.rng, left, paint(self.rng, self.words)
        width, tall, slant = rng.uniform(0.06, 0.1), min(0.3, room), rng.random() < 0.5
        deep = min(deep, 0.25)
        while x + width <= right:
            if slant:
                outline = [(front, 0), (front + deep, 0), (front + deep, tall), (front + deep * 0.6, tall),
                           (front, tall * 0.45)]  # fmt: skip
                outline = [(y, base + z) for y, z in outline]
                self.solids.append((along_x(outline, width * 0.94, x + width / 2), color))
            else:
                self._put((width * 0.94, deep, tall), (x + width / 2, front + deep / 2, base), color)
            self._put((width * 0.6, 0.004, tall * 0.2), (x + width / 2, front - 0.001, base + tall * 0.15), _PAPER)
            x += width
        return max(x, left + 0.03)

    def _basket(self, left: float, right: float, front: float, base: float, room: float, deep: float) -> float:
        """A basket or box with a dark grip hole."""
        wide, tall = min(self.rng.uniform(0.2, 0.4), right - left), min(self.rng.uniform(0.12, 0.28), room * 0.9)
        color = paint(self.rng, ("brown", "beige", "white", *self.words))
        self._put((wide, deep, tall), (left + wide / 2, front + deep / 2, base), color)
        self._put((wide + 0.01, deep + 0.01, 0.02), (left + wide / 2, front + deep / 2, base + tall - 0.02), color)
        hole = (min(0.08, wide * 0.5), 0.004, 0.025)
        self._put(hole, (left + wide / 2, front - 0.001, base + tall * 0.65), darker(color, 0.35))
        return left + wide

    def _ornament(self, left: float, right: float, front: float, base: float, room: float, deep: float) -> float:
        """A vase, a globe on a foot, a potted plant or a small clock."""
        rng, kind = self.rng, int(self.rng.integers(4))
        half, tall = min(rng.uniform(0.04, 0.08), (right - left) / 2, deep / 2), min(rng.uniform(0.12, 0.28), room)
        at, look = (left + half, front + half, base), ceramic(rng) if rng.random() < 0.5 else plain(paint(rng), 0.2)
        if kind == 0:
            profile = [(half * 0.5, 0.0), (half, tall * 0.35), (half * 0.3, tall * 0.75), (half * 0.5, tall)]
            self.item.add(meshes.lathe(profile, at, 12), look)
        elif kind == 1:
            ball = min(half, tall * 0.4)
            self.item.add(meshes.cylinder(half * 0.6, 0.015, at, 12), look)
            self.item.add(meshes.rod(at, (*at[:2], base + 0.06), 0.008, 6), look)
            self.item.add(meshes.ellipsoid((ball, ball, ball), (*at[:2], base + 0.04), 1), plain(paint(rng), 0.2))
        elif kind == 2:
            self.item.add(meshes.cylinder(half * 0.6, tall * 0.4, at, 12, half * 0.8), look)
            size = (half, half, tall * 0.3)
            self.item.add(meshes.ellipsoid(size, (*at[:2], base + tall * 0.35), 1), plain(paint(rng, ("green",))))
        else:
            self._put((2 * half, 0.06, tall * 0.7), (at[0], front + 0.03, base), paint(rng, ("black", "brown")))
            self._put((1.5 * half, 0.004, tall * 0.5), (at[0], front - 0.001, base + tall * 0.1), _PAPER)
        return left + 2 * half


def _end(item: Item, kind: str, x: float, depth: float, low: float, high: float, look: Material) -> None:
    """What carries the boards at ``x``: a panel of some outline, posts, tubes, a ladder or crossed bars."""
    half = depth / 2
    if kind == "panel":
        item.add(meshes.box((0.025, depth, high - low), (x, 0, low)), look)
    elif kind in ("sloped", "rounded"):
        # how far back the upper front corner is cut off, and over which share of the height
        cut, fall = (0.45 * depth, 0.9) if kind == "sloped" else (0.5 * depth, 0.12)
        turn = np.linspace(0, np.pi / 2, 6) if kind == "rounded" else np.array([0.0, np.pi / 2])
        bow = [(-half + cut * (1 - np.cos(a)), high - fall * (high - low) * (1 - np.sin(a))) for a in turn]
        item.add(along_x([(-half, low), *bow, (half, high), (half, low)], 0.025, x), look)
    else:
        for y in (-half + 0.015, half - 0.015):
            post = meshes.rod((x, y, low), (x, y, high), 0.013, 8)
            item.add(post if kind == "tubes" else meshes.box((0.03, 0.03, high - low), (x, y, low)), look)
        for z in np.arange(low + 0.1, high, 0.22) if kind == "ladder" else (low + 0.05, high - 0.03):
            item.add(meshes.beam((x, -half + 0.02, z), (x, half - 0.02, z), 0.018, 0.018), look)
        for start, stop in ((-half, half), (half, -half)) if kind == "cross" else ():
            item.add(meshes.beam((x, start * 0.9, low + 0.05), (x, stop * 0.9, high - 0.03), 0.012, 0.012), look)


def _board(
    item: Item, kind: str, left: float, right: float, front: float, rear: float, z: float, look: Material
) -> None:
    """A board whose upper face is at ``z``."""
    wide, deep, x, y = right - left, rear - front, (left + right) / 2, (front + rear) / 2
    if kind in ("slatted", "wire"):
        count, share = (4, 0.7) if kind == "slatted" else (7, 0.15)
        for place in front + deep / count * (np.arange(count) + 0.5):
            item.add(meshes.box((wide, deep / count * share, 0.016), (x, place, z - 0.016)), look)
        for end in (left + 0.01, right - 0.01):
            item.add(meshes.box((0.015, deep, 0.016), (end, y, z - 0.03)), look)
        return
    thick = 0.045 if kind == "thick" else 0.02
    item.add(meshes.box((wide, deep, thick), (x, y, z - thick)), look)
    if kind == "lipped":
        item.add(meshes.box((wide, 0.012, 0.045), (x, front - 0.006, z - 0.035)), look)


def _back(
    item: Item, rng: np.random.Generator, kind: str, width: float, y: float, low: float, high: float, look: Material
) -> None:
    """What closes or braces the rear: a sheet, planks, crossed bars, a few rails or nothing."""
    if kind in ("full", "tinted"):
        sheet = plain(darker(look.color, 0.75) if kind == "full" else paint(rng))
        item.add(meshes.box((width, 0.008, high - low), (0, y - 0.004, low)), sheet)
    elif kind == "planks":
        count = max(round(width / 0.11), 2)
        for x in width / count * (np.arange(count) - (count - 1) / 2):
            item.add(meshes.box((width / count - 0.006, 0.012, high - low), (x, y - 0.006, low)), look)
    elif kind == "cross":
        for start in (-width / 2, width / 2):
            item.add(meshes.beam((start, y - 0.005, low), (-start, y - 0.005, high), 0.014, 0.006), look)
    elif kind == "rails":
        for z in np.linspace(low + 0.12, high - 0.1, 4):
            item.add(meshes.box((width, 0.014, 0.04), (0, y - 0.007, z)), look)


def _foot(item: Item, kind: str, width: float, depth: float, high: float, look: Material) -> None:
    """What lifts the lowest board off the floor."""
    if kind == "plinth":
        item.add(meshes.box((width - 0.01, depth - 0.04, high), (0, 0.015, 0)), look)
    for x in (-1, 1) if kind not in ("none", "plinth") else ():
        place = x * (width / 2 - 0.03)
        if kind == "skids":
            item.add(meshes.box((0.05, depth, high), (place, 0, 0)), look)
            continue
        for y in (-1, 1):
            corner = (place, y * (depth / 2 - 0.03))
            if kind == "legs":
                item.add(meshes.box((0.04, 0.04, high), (*corner, 0)), look)
            elif kind == "splayed":
                item.add(meshes.rod((corner[0] + x * 0.04, corner[1], 0.012), (*corner, high), 0.014, 8), look)
            else:
                wheel, dark = high / 2, plain(Paint("black", (0.1, 0.1, 0.1)))
                start, stop = (place - 0.012, corner[1], wheel), (place + 0.012, corner[1], wheel)
                item.add(meshes.rod(start, stop, wheel, 12), dark)
                item.add(meshes.box((0.04, 0.04, high / 2), (*corner, high / 2)), look)


def _crown(item: Item, kind: str, width: float, depth: float, top: float, look: Material) -> None:
    """What ends the piece above its topmost board."""
    if kind in ("slab", "cornice"):
        for step in range(1 if kind == "slab" else 3):
            out = 0.02 + 0.018 * step
            item.add(meshes.box((width + 2 * out, depth + out, 0.026), (0, -out / 2, top + 0.025 * step)), look)
    elif kind == "arch":
        outline = [(width / 2 * np.cos(a), top - 0.01 + 0.1 * np.sin(a)) for a in np.linspace(0, np.pi, 13)]
        item.add(along_y(outline, 0.025, -depth / 2 + 0.0125), look)
    elif kind == "rail":
        for x in (-width / 2 + 0.02, 0, width / 2 - 0.02):
            item.add(meshes.box((0.02, 0.02, 0.07), (x, depth / 2 - 0.015, top)), look)
        item.add(meshes.box((width, 0.02, 0.02), (0, depth / 2 - 0.015, top + 0.06)), look)


def _levels(rng: np.random.Generator, low: float, high: float) -> np.ndarray:
    """Heights of boards: evenly spaced, wider apart below, or irregular."""
    count = max(round((high - low) / rng.uniform(0.26, 0.42)), 2)
    steps = [np.ones(count), np.linspace(1.4, 0.85, count), rng.uniform(0.75, 1.35, count)][int(rng.integers(3))]
    return np.asarray(low + (high - low) * np.concatenate([[0], np.cumsum(steps / steps.sum())]))


def _straight(rng: np.random.Generator, ends: tuple[str, ...]) -> Item:
    """One to four bays between the kinds of uprights given, low and wide or tall."""
    item, look = Item("bookshelf", against_wall=True), finish(rng, 2)
    end, kind, back = str(rng.choice(ends)), str(rng.choice(_BOARDS)), str(rng.choice(_BACKS))
    frame = metal(rng) if end in ("tubes", "ladder", "cross", "posts") and rng.random() < 0.5 else look
    bays, depth, foot = int(rng.choice([1, 1, 2, 2, 3, 4])), rng.uniform(0.22, 0.4), str(rng.choice(_FEET))
    each = rng.uniform(0.35, 1.0) if bays < 3 else rng.uniform(0.35, 0.52)
    height, width = rng.uniform(0.7, 2.05), bays * each + 0.025
    low = 0.0 if foot == "none" else rng.uniform(0.05, 0.16)
    _foot(item, foot, width, depth, low + 0.005, look)
    for edge in range(bays + 1):
        _end(item, end, (edge - bays / 2) * each, depth, low, height, frame)
    levels, fill, shared = _levels(rng, low + 0.05, height - 0.001), _Books(item, rng), rng.random() < 0.7
    for bay in range(bays):
        left = (bay - bays / 2) * each + 0.01
        inner = levels[1:-1] if shared or len(levels) < 3 else _levels(rng, low + 0.05, height - 0.001)[1:-1]
        zs = np.concatenate([levels[:1], inner, levels[-1:]])
        for z, above in itertools.pairwise(zs):
            cut = 0.45 * depth * (z - low) / (height - low) if end == "sloped" else 0.0
            front = -depth / 2 + cut + 0.012
            _board(item, kind, left, left + each - 0.02, front, depth / 2, z, look)
            fill(left + 0.01, left + each - 0.03, front + 0.005, z, above - z - 0.03, depth / 2 - front - 0.02)
    front = -depth / 2 if end != "sloped" else -depth * 0.05
    _board(item, kind, -width / 2, width / 2, front, depth / 2, height, look)
    _back(item, rng, back, width - 0.02, depth / 2, low + 0.01, height, look)
    if end not in ("sloped", "rounded"):
        _crown(item, str(rng.choice(_CROWNS)), width, depth, height, look)
    if height < 1.3:
        item.surfaces.append(Surface((0, depth * 0.25, height), (width * 0.9, depth * 0.45)))
    item.color = look.color.name
    return item


@design("bookshelf")
def closed_sides(rng: np.random.Generator) -> Item:
    """Boards between panels that are straight, sloped towards the top or rounded at the upper front."""
    return _straight(rng, ("panel", "panel", "sloped", "rounded"))


@design("bookshelf")
def open_sides(rng: np.random.Generator) -> Item:
    """Boards between posts, tubes, ladders or crossed bars."""
    return _straight(rng, ("posts", "tubes", "ladder", "cross"))


@design("bookshelf")
def bracketed(rng: np.random.Generator) -> Item:
    """Hung on the wall: boards of unequal length on rails with brackets."""
    item, look = Item("bookshelf", against_wall=True, hangs_at=float(rng.uniform(0.9, 1.3))), finish(rng, 0, 0.75)
    width, depth, height = rng.uniform(0.6, 1.6), rng.uniform(0.18, 0.3), rng.uniform(0.4, 0.85)
    steel, kind = metal(rng), str(rng.choice(["plain", "thick", "lipped", "slatted"]))
    posts, uneven = np.linspace(-0.35, 0.35, 2 if width < 1.1 else 3) * width, rng.random() < 0.5
    levels, fill = _levels(rng, 0.05, height), _Books(item, rng)
    for x in posts:
        item.add(meshes.box((0.022, 0.014, height + 0.1), (x, depth / 2 - 0.007, 0)), steel)
    for index, z in enumerate(levels):
        left, right = (float(s * rng.uniform(0.38, 0.5) * width) if uneven else s * width / 2 for s in (-1, 1))
        _board(item, kind, left, right, -depth / 2, depth / 2 - 0.015, z, look)
        for x in posts:
            outline = [(depth / 2, z - 0.02), (-depth * 0.35, z - 0.02), (depth / 2, z - 0.02 - depth * 0.25)]
            item.add(along_x(outline[::-1], 0.018, float(x)), steel)
        room = (levels[index + 1] - z - 0.05) if index + 1 < len(levels) else 0.26
        fill(left + 0.02, right - 0.02, -depth / 2 + 0.015, z, room, depth - 0.04)
    item.color = look.color.name
    return item


@design("bookshelf")
def round_plan(rng: np.random.Generator) -> Item:
    """Boards in the shape of half an oval, some nearly square, on a rear panel with a fin or on thin posts."""
    item, look = Item("bookshelf", against_wall=True), finish(rng, 0)
    half, depth, height = rng.uniform(0.3, 0.7), rng.uniform(0.28, 0.42), rng.uniform(0.8, 2.0)
    board, power, posts = rng.uniform(0.018, 0.035), float(rng.choice([2.0, 2.0, 3.0])), rng.random() < 0.5
    frame, rear = metal(rng) if posts and rng.random() < 0.6 else look, depth / 2
    levels, fill = _levels(rng, rng.uniform(0.04, 0.12), height), _Books(item, rng)
    for z in levels:
        loop = [meshes.ring(half, depth, low, 32, power, rear) for low in (z - board, z)]
        item.add(meshes.loft([np.minimum(ring, (np.inf, rear, np.inf)) for ring in loop]), look)
    if posts:
        for turn in np.linspace(0.08, np.pi - 0.08, 5):
            x, y = 0.95 * half * np.cos(turn), rear - 0.93 * depth * np.sin(turn) - 0.01
            item.add(meshes.rod((x, y, 0), (x, y, height), 0.012, 8), frame)
    else:
        item.add(meshes.box((2 * half, 0.02, height), (0, rear - 0.01, 0)), look)
        item.add(meshes.box((0.022, depth * 0.95, height), (0, rear - depth * 0.475, 0)), look)
    for z, above in itertools.pairwise(levels):
        for side in (-1, 1):
            inner, outer = side * 0.02, side * half * 0.7
            fill(min(inner, outer), max(inner, outer), rear - depth * 0.6, z, above - z - board, depth * 0.58)
    item.color = look.color.name
    if height < 1.3:
        item.surfaces.append(Surface((0, rear - depth * 0.35, height), (half, depth * 0.6)))
    return item


@design("bookshelf")
def trolley(rng: np.random.Generator) -> Item:
    """A book truck on wheels: tiers between panels, tubes or ladders, books to one or to both sides."""
    item, look = Item("bookshelf"), finish(rng, 0, 0.5)
    width, depth, tiers = rng.uniform(0.5, 1.0), rng.uniform(0.34, 0.5), int(rng.integers(2, 4))
    low, room, both = rng.uniform(0.1, 0.16), rng.uniform(0.29, 0.36), rng.random() < 0.6
    height, end = low + tiers * room, str(rng.choice(["panel", "panel", "tubes", "ladder", "rounded"]))
    frame = metal(rng) if end in ("tubes", "ladder") else look
    _foot(item, "castors", width, depth, low + 0.01, frame)
    for x in (-width / 2, width / 2):
        _end(item, end, x, depth, low, height, frame)
        if rng.random() < 0.6:
            item.add(meshes.rod((x, -depth * 0.35, height - 0.02), (x, depth * 0.35, height - 0.02), 0.015, 8), frame)
    if both:
        item.add(meshes.box((width, 0.015, height - low - 0.06), (0, 0, low)), look)
    for turn in (1, -1) if both else (1,):
        loose = Item("bookshelf")
        fill = _Books(loose, rng)
        for tier in range(tiers):
            z, rear = low + tier * room + 0.02, 0.0 if both else depth / 2
            _board(loose, "lipped", -width / 2, width / 2, -depth / 2 + 0.01, rear, z, look)
            fill(-width / 2 + 0.03, width / 2 - 0.03, -depth / 2 + 0.02, z, room - 0.03, rear + depth / 2 - 0.03)
        about = np.array([turn, turn, 1.0])  # the other side is the first one turned by half a turn
        item.parts += [Part(part.vertices * about, part.faces, part.material, part.tints) for part in loose.parts]
    item.color = look.color.name
    return item
