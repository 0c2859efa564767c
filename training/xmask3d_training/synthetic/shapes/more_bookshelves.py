# SPDX-License-Identifier: Apache-2.0
"""More bookshelves to train on: library cases, steel arches and stacks, zigzags, towers, display racks, wire bays."""

from __future__ import annotations

import itertools

import numpy as np
import trimesh

from .. import meshes
from ..colors import PALETTE, Paint, darker, paint
from ..item import Item, Part, Surface
from ..materials import Material, ceramic, metal, picture, plain, wood
from .registry import design
from .storage import fronts
from .tubes import along_x, tube

_WORDS = tuple(PALETTE)
_BINDERS = ("black", "grey", "blue", "white", "red", "green", "black")


class _Filler:
    """Fills boards: rows and sets of books, leaning ones, piles, binders, boxes, ornaments; each owner has habits."""

    def __init__(self, item: Item, rng: np.random.Generator, bare: float = 0.2) -> None:
        self.item, self.rng = item, rng
        self.bare = rng.uniform(0, bare)
        self.makers = (self._row, self._set, self._pile, self._binders, self._carton, self._ornament)
        self.shares = rng.dirichlet((6.0, 1.5, 1.2, 0.8, 0.5, 0.7))
        self.words = _WORDS if rng.random() < 0.6 else tuple(rng.choice(_WORDS, 5))

    def __call__(self, left: float, right: float, front: float, base: float, room: float, deep: float) -> None:
        """Fill the board from ``left`` to ``right``; things begin near ``front`` and are at most ``deep`` and high."""
        x, rng = left + _gap(self.rng), self.rng
        if rng.random() < self.bare:
            x += rng.uniform(0.3, 1.0) * (right - left)
        while right - x > 0.05:
            span = min(rng.uniform(0.14, 0.55), right - x)
            maker = self.makers[rng.choice(len(self.makers), p=self.shares)]
            x = maker(x, x + span, front + rng.uniform(0, 0.03), base, room, deep - 0.03) + _gap(rng)
            if rng.random() < 0.15:
                x += rng.uniform(0.05, 0.3)

    def _add(self, solids: list[tuple[trimesh.Trimesh, Paint]]) -> None:
        """Many small solids as one part."""
        if not solids:
            return
        offsets = np.cumsum([0] + [len(solid.vertices) for solid, _ in solids])[:-1]
        faces = [np.asarray(solid.faces) + offset for (solid, _), offset in zip(solids, offsets, strict=True)]
        tints = [np.tile(np.asarray(color.rgb, np.float32), (len(solid.faces), 1)) for solid, color in solids]
        vertices = np.concatenate([np.asarray(solid.vertices) for solid, _ in solids])
        mesh = trimesh.Trimesh(vertices, np.concatenate(faces), process=False)
        self.item.add(mesh, plain(solids[0][1]), np.concatenate(tints))

    def _row(self, left: float, right: float, front: float, base: float, room: float, deep: float) -> float:
        """Books of all sorts; the last may lean on them."""
        rng, x, solids, tall = self.rng, left, [], 0.0
        while True:
            width, tall = rng.uniform(0.016, 0.05), min(rng.uniform(0.17, 0.31), room * 0.96)
            if x + width > right:
                break
            color, size = paint(rng, self.words), (width * 0.93, min(rng.uniform(0.12, 0.22), deep), tall)
            shift = front + rng.uniform(0, 0.012) + size[1] / 2
            solids.append((meshes.box(size, (x + width / 2, shift, base)), color))
            x += width
        if solids and rng.random() < 0.4 and right - x + 0.06 > 0.02:
            angle = rng.uniform(0.15, 0.35)
            high = min(0.22, room * 0.9, (right - x + 0.1) / np.sin(angle))
            lean = meshes.box((0.025, min(0.16, deep), high))
            spread = 0.025 * np.cos(angle) + high * np.sin(angle)
            if x + spread <= right + 0.04:
                points = np.asarray(lean.vertices) + np.array([0.0125, 0, 0])
                turned = np.column_stack([
                    points[:, 0] * np.cos(angle) - points[:, 2] * np.sin(angle) + high * np.sin(angle),
                    points[:, 1] + front + min(0.16, deep) / 2,
                    points[:, 0] * np.sin(angle) + points[:, 2] * np.cos(angle),
                ])  # fmt: skip
                solids.append((trimesh.Trimesh(turned + np.array([x, 0, base]), lean.faces, process=False), paint(rng)))
                x += spread
        self._add(solids)
        return x

    def _set(self, left: float, right: float, front: float, base: float, room: float, deep: float) -> float:
        """Volumes of one work: same size, one colour, a band across each spine."""
        rng, x, solids = self.rng, left, []
        color, band = paint(rng, self.words), paint(rng, ("yellow", "white", "black", "beige"))
        width, tall = rng.uniform(0.02, 0.05), min(rng.uniform(0.18, 0.3), room * 0.95)
        size = (width * 0.88, min(rng.uniform(0.13, 0.21), deep), tall)
        while x + width <= right:
            shade = darker(color, rng.uniform(0.85, 1.1))
            solids.append((meshes.box(size, (x + width / 2, front + size[1] / 2, base)), shade))
            x += width
        if x > left and rng.random() < 0.7:
            stripe = (x - left, 0.002, tall * rng.uniform(0.04, 0.1))
            at = ((left + x) / 2, front - 0.001, base + rng.uniform(0.6, 0.8) * tall)
            solids.append((meshes.box(stripe, at), band))
        self._add(solids)
        return x

    def _pile(self, left: float, right: float, front: float, base: float, room: float, deep: float) -> float:
        """Books lying on each other."""
        rng, z, solids = self.rng, base, []
        long = min(rng.uniform(0.18, 0.28), right - left)
        top = base + min(rng.uniform(0.05, 0.24), room * 0.92)
        while long > 0.1:
            thick = rng.uniform(0.015, 0.045)
            if z + thick > top:
                break
            size = (long * rng.uniform(0.8, 0.98), min(rng.uniform(0.13, 0.2), deep * 0.95), thick * 0.96)
            at = (left + long / 2, front + deep * 0.5, z)
            solids.append((meshes.box(size, at, rng.uniform(-0.04, 0.04)), paint(rng, self.words)))
            z += thick
        self._add(solids)
        return left + max(long, 0.03)

    def _binders(self, left: float, right: float, front: float, base: float, room: float, deep: float) -> float:
        """Office binders, a label on each."""
        rng, x, solids = self.rng, left, []
        width, tall = float(rng.choice([0.05, 0.075])), 0.31
        if room < tall:
            return self._row(left, right, front, base, room, deep)
        color = paint(rng, _BINDERS)
        while x + width <= right:
            color = color if rng.random() < 0.7 else paint(rng, _BINDERS)
            size = (width * 0.95, min(0.27, deep), tall)
            solids.append((meshes.box(size, (x + width / 2, front + size[1] / 2, base)), color))
            label = meshes.box((width * 0.7, 0.003, 0.12), (x + width / 2, front - 0.0015, base + 0.15))
            solids.append((label, Paint("white", (0.93, 0.92, 0.88))))
            x += width
        self._add(solids)
        return x

    def _carton(self, left: float, right: float, front: float, base: float, room: float, deep: float) -> float:
        """A storage box with a lid."""
        rng = self.rng
        width, tall = min(rng.uniform(0.2, 0.38), right - left), min(rng.uniform(0.12, 0.26), room * 0.9)
        if width < 0.12:
            return right
        color, size = paint(rng, self.words), (width * 0.92, deep * 0.92, tall * 0.8)
        at = (left + width / 2, front + deep / 2)
        lid = darker(color, rng.choice([0.75, 1.2]))
        solids = [(meshes.box(size, (*at, base)), color)]
        solids.append((meshes.box((width * 0.97, deep * 0.98, tall * 0.2), (*at, base + tall * 0.8)), lid))
        label = meshes.box((0.07, 0.003, 0.035), (at[0], front + deep * 0.04 - 0.0015, base + tall * 0.4))
        self._add([*solids, (label, Paint("white", (0.93, 0.92, 0.88)))])
        return left + width

    def _ornament(self, left: float, right: float, front: float, base: float, room: float, deep: float) -> float:
        """A vase, a ball, a small plant or a framed photograph."""
        rng = self.rng
        kind, wide, tall = int(rng.integers(4)), rng.uniform(0.08, 0.16), min(rng.uniform(0.12, 0.26), room * 0.85)
        wide = min(wide, right - left, deep)
        middle, y = left + wide / 2 + 0.01, front + deep / 2
        if wide < 0.06:
            return right
        if kind == 0:
            profile = [(wide * 0.25, 0), (wide * 0.48, tall * 0.4), (wide * 0.2, tall * 0.8), (wide * 0.28, tall)]
            self.item.add(meshes.lathe(profile, (middle, y, base), 14), ceramic(rng))
        elif kind == 1:
            size = min(wide, tall) / 2
            self.item.add(meshes.ellipsoid((size, size, size), (middle, y, base), 1), plain(paint(rng), 0.2))
        elif kind == 2:
            pot = wide * 0.36
            self.item.add(meshes.cylinder(pot * 0.8, tall * 0.4, (middle, y, base), 12, pot), ceramic(rng))
            leaves = meshes.ellipsoid((wide * 0.48, wide * 0.48, tall * 0.33), (middle, y, base + tall * 0.33), 1)
            self.item.add(leaves, plain(paint(rng, ("green",))))
        else:
            tall = min(tall, 0.2)
            at, area = (middle, y, base), (middle - wide * 0.4, middle + wide * 0.4, base, base + tall)
            self.item.add(meshes.box((wide, 0.012, tall), at, tilt=0.2), plain(paint(rng, ("black", "white", "brown"))))
            inner = (middle, y - 0.007 + 0.2 * 0.012, base + 0.012)
            self.item.add(meshes.box((wide * 0.8, 0.003, tall * 0.85), inner, tilt=0.2), picture(rng, area))
        return left + wide + 0.02


def _gap(rng: np.random.Generator) -> float:
    """A small gap between things on a board."""
    return float(rng.uniform(0.002, 0.02))


def _inside(main: Material, factor: float) -> Material:
    return plain(darker(main.color, factor))


@design("bookshelf")
def library_case(rng: np.random.Generator) -> Item:
    """A stately case: closed cupboards below, set-back shelves above, a cornice and a plinth."""
    item, main = (
        Item("bookshelf", against_wall=True),
        wood(rng, ("brown", "brown", "white", "beige", "black", "grey"), 2),
    )
    bays, depth = int(rng.integers(1, 4)), rng.uniform(0.38, 0.44)
    each = rng.uniform(0.48, 0.64) if bays == 3 else rng.uniform(0.55, 0.75)
    width, height, low = bays * each + 0.06, rng.uniform(1.9, 2.25), rng.uniform(0.55, 0.85)
    upper = depth - rng.uniform(0.06, 0.12)
    back, board, crown = depth / 2, 0.025, rng.uniform(0.05, 0.1)
    item.add(meshes.box((width, depth, low - 0.03), (0, 0, 0)), main)
    item.add(meshes.box((width + 0.03, depth + 0.015, 0.03), (0, -0.0075, low - 0.03)), main)
    item.add(meshes.box((width + 0.02, depth + 0.01, 0.07), (0, -0.005, 0)), main)
    for bay in range(bays):
        middle = -width / 2 + 0.03 + each * (bay + 0.5)
        fronts(item, rng, each - 0.03, low - 0.13, (middle, -depth / 2, 0.085), 2 if each > 0.6 else 1, main, True)
    item.add(meshes.box((width, 0.01, height - low), (0, back - 0.005, low)), _inside(main, 0.7))
    fill = _Filler(item, rng, 0.1)
    for edge in range(bays + 1):
        x = -width / 2 + 0.03 + each * edge
        item.add(meshes.box((0.03, upper, height - low - crown), (x, back - upper / 2, low)), main)
        item.add(meshes.box((0.055, 0.02, height - low - crown), (x, back - upper - 0.01, low)), main)
    levels = np.linspace(low, height - crown, int(rng.integers(4, 6)))
    for z, above in itertools.pairwise(levels):
        if z > low:
            item.add(meshes.box((width - 0.03, upper - 0.01, board), (0, back - upper / 2, z - board)), main)
        for bay in range(bays):
            left = -width / 2 + 0.05 + each * bay
            fill(left, left + each - 0.04, back - upper + 0.015, z, above - z - board - 0.01, upper - 0.03)
    for step, share in enumerate((0.4, 0.7, 1.0)):
        size = (width + 0.1 * share, upper + 0.05 * share + 0.01, crown / 3 + 0.002)
        item.add(meshes.box(size, (0, back - size[1] / 2, height - crown + step * crown / 3)), main)
    return item


@design("bookshelf")
def steel_arch(rng: np.random.Generator) -> Item:
    """Two steel tubes bent into arches carry thin boards; the topmost sits in the bow."""
    item, frame = Item("bookshelf", against_wall=True), metal(rng)
    main = wood(rng, axis=0) if rng.random() < 0.7 else frame
    width, depth, height = rng.uniform(0.6, 0.95), rng.uniform(0.28, 0.38), rng.uniform(1.55, 2.0)
    radius, bow = rng.uniform(0.009, 0.014), width / 2
    low = height - bow * rng.uniform(0.7, 1.0)
    angle = np.linspace(np.pi, 0, 15)
    arch = np.column_stack([bow * np.cos(angle), np.zeros(15), low + (height - low) * np.sin(angle)])
    path = np.concatenate([[(-bow, 0, 0)], arch, [(bow, 0, 0)]])
    for y in (-depth / 2, depth / 2):
        item.add(tube(path + np.array([0, y, 0]), radius), frame)
    levels = np.linspace(rng.uniform(0.08, 0.3), low, int(rng.integers(4, 6)))
    fill = _Filler(item, rng, 0.3)
    for z in levels:
        item.add(meshes.box((width, depth, 0.02), (0, 0, z - 0.02)), main)
        for x in (-bow, bow):
            item.add(meshes.rod((x, -depth / 2, z - 0.03), (x, depth / 2, z - 0.03), radius * 0.8, 6), frame)
        if rng.random() < 0.5 or z == levels[0]:
            item.add(meshes.rod((-bow, depth / 2, z + 0.1), (bow, depth / 2, z + 0.1), radius * 0.6, 6), frame)
    for z, above in itertools.pairwise(levels):
        fill(-bow + 0.03, bow - 0.03, -depth / 2 + 0.03, z, above - z - 0.05, depth - 0.05)
    fill(-bow * 0.6, bow * 0.6, -depth / 2 + 0.03, low, (height - low) * 0.6, depth - 0.05)
    if rng.random() < 0.6:
        first, last = levels[0], levels[-1]
        for start, stop in ((-bow, bow), (bow, -bow)):
            item.add(meshes.rod((start, depth / 2, first), (stop, depth / 2, last), radius * 0.5, 6), frame)
    item.color = main.color.name
    return item


@design("bookshelf")
def zigzag(rng: np.random.Generator) -> Item:
    """Compartments stacked with a shift to the left and to the right in turn, open to both faces."""
    item, main = Item("bookshelf", against_wall=True), wood(rng)
    width, depth, count = rng.uniform(0.6, 0.95), rng.uniform(0.24, 0.32), int(rng.integers(4, 7))
    shift, board, each = rng.uniform(0.06, 0.16), rng.uniform(0.02, 0.035), rng.uniform(0.29, 0.38)
    sign, fill = float(rng.choice([-1, 1])), _Filler(item, rng, 0.3)
    one_side = rng.random() < 0.45
    middles = [sign * shift * (-1) ** index for index in range(count)]
    for index in range(count + 1):
        near = middles[max(index - 1, 0) : index + 1]
        left, right = min(near) - width / 2, max(near) + width / 2
        item.add(meshes.box((right - left, depth, board), ((left + right) / 2, 0, index * each)), main)
    for index, middle in enumerate(middles):
        z = index * each + board
        for side in (-1, 1):
            if one_side and side * middle < 0 and index not in (0, count - 1):
                x = middle + side * width * 0.3
            else:
                x = middle + side * (width - board) / 2
            item.add(meshes.box((board, depth, each - board), (x, 0, z)), main)
        if one_side:
            reach = width * 0.3 - board
            fill(middle - reach, middle + reach, -depth / 2 + 0.015, z, each - board - 0.015, depth - 0.03)
        else:
            reach = width / 2 - board - 0.005
            fill(middle - reach, middle + reach, -depth / 2 + 0.015, z, each - board - 0.015, depth - 0.03)
    item.surfaces.append(Surface((middles[-1], 0, count * each + board), (width * 0.9, depth)))
    return item


@design("bookshelf")
def spine_tower(rng: np.random.Generator) -> Item:
    """A slender post with ledges; lying books hide most of it."""
    item, post = Item("bookshelf", against_wall=True), metal(rng) if rng.random() < 0.6 else wood(rng, axis=2)
    height, base, ledge = rng.uniform(1.2, 1.9), rng.uniform(0.3, 0.4), rng.uniform(0.17, 0.24)
    rear = base / 2 - 0.04
    item.add(meshes.box((base, base, 0.025)), post)
    item.add(meshes.box((rng.uniform(0.05, 0.12), 0.025, height), (0, rear, 0)), post)
    levels = np.linspace(0.1, height - rng.uniform(0.15, 0.28), int(rng.integers(5, 9)))
    room = float(levels[1] - levels[0])
    for z in levels:
        item.add(meshes.box((ledge, base - 0.08, 0.008), (0, rear - (base - 0.08) / 2, z)), post)
        top, solids, words = z + 0.008, [], list(PALETTE)
        stop = z + room * rng.uniform(0.55, 0.95)
        while True:
            thick = rng.uniform(0.014, 0.042)
            if top + thick > stop:
                break
            size = (rng.uniform(0.19, 0.3), rng.uniform(0.15, base - 0.08), thick * 0.95)
            at = (rng.uniform(-0.02, 0.02), rear - 0.01 - size[1] / 2, top)
            solids.append((meshes.box(size, at, rng.uniform(-0.06, 0.06)), paint(rng, words)))
            top += thick
        _Filler(item, rng)._add(solids)
    return item


@design("bookshelf")
def steel_stack(rng: np.random.Generator) -> Item:
    """Library shelving: lipped steel boards between end panels, with bookends and a kick plate."""
    item, steel = Item("bookshelf", against_wall=True), metal(rng)
    steel = steel if rng.random() < 0.5 else plain(paint(rng, ("beige", "grey", "green", "blue", "white", "red")), 0.3)
    ends = wood(rng, axis=2) if rng.random() < 0.5 else steel
    bays, each = int(rng.integers(1, 3)), rng.uniform(0.75, 0.95)
    width, depth = bays * each, rng.uniform(0.26, 0.36)
    height = rng.uniform(1.7, 2.2) if rng.random() < 0.7 else rng.uniform(1.05, 1.3)
    for side in (-1, 1):
        item.add(meshes.box((0.03, depth + 0.02, height), (side * (width / 2 + 0.015), 0, 0)), ends)
        card = (side * (width / 2 + 0.032), 0, min(height - 0.35, 1.4))
        item.add(meshes.box((0.004, 0.15, 0.1), card), plain(paint(rng, ("white", "yellow"))))
    for bay in range(bays + 1):
        x = -width / 2 + bay * each
        item.add(meshes.box((0.03, 0.04, height - 0.02), (x, depth / 2 - 0.02, 0)), steel)
    item.add(meshes.box((width, depth - 0.02, 0.08), (0, 0.01, 0)), steel)
    if rng.random() < 0.4:
        item.add(meshes.box((width, 0.006, height - 0.1), (0, depth / 2 - 0.01, 0.05)), _inside(steel, 0.85))
    if rng.random() < 0.5:
        item.add(meshes.box((width + 0.06, depth + 0.02, 0.02), (0, 0, height)), ends)
    fill = _Filler(item, rng, 0.3)
    levels = np.linspace(0.09, height - 0.33, max(round(height / 0.36), 2))
    for z in levels:
        item.add(meshes.box((width, depth - 0.02, 0.006), (0, 0, z)), steel)
        item.add(meshes.box((width, 0.006, 0.03), (0, -depth / 2 + 0.01, z - 0.024)), steel)
        for bay in range(bays):
            left, room = -width / 2 + each * bay + 0.02, float(levels[1] - levels[0]) - 0.05
            stop = left + (each - 0.04) * rng.uniform(0.45, 1.0)
            fill(left, stop, -depth / 2 + 0.03, z + 0.006, min(room, 0.32), depth - 0.07)
            if stop < left + each - 0.1:
                item.add(meshes.box((0.003, 0.12, 0.16), (stop + 0.006, -depth / 2 + 0.1, z + 0.006)), steel)
                item.add(meshes.box((0.1, 0.12, 0.003), (stop - 0.044, -depth / 2 + 0.1, z + 0.006)), steel)
    item.color = ends.color.name
    return item


@design("bookshelf")
def display_rack(rng: np.random.Generator) -> Item:
    """A low stepped rack for picture books and magazines, covers to the front."""
    item, main = Item("bookshelf", against_wall=True), wood(rng)
    width, depth, tiers = rng.uniform(0.6, 1.1), rng.uniform(0.32, 0.44), int(rng.integers(3, 6))
    rise, lean = rng.uniform(0.2, 0.27), rng.uniform(0.18, 0.3)
    height = 0.07 + rise * tiers + 0.06
    front, rear, board = -depth / 2, depth / 2, 0.018
    side = [(front, 0), (rear, 0), (rear, height), (rear - 0.09, height), (front, 0.07 + rise * 0.75)]
    for x in (-1.0, 1.0):
        item.add(along_x(side, board, x * (width - board) / 2), main)
    step = (depth - 0.14) / max(tiers - 1, 1)
    item.add(meshes.box((width - 0.02, depth - 0.02, 0.02), (0, 0, 0.04)), main)
    lip = wood(rng) if rng.random() < 0.4 else main
    for tier in range(tiers):
        y, z = front + 0.02 + step * tier, 0.06 + rise * tier
        item.add(meshes.box((width - 2 * board, 0.012, rise + 0.02), (0, y + 0.06, z), tilt=lean), main)
        item.add(meshes.box((width - 2 * board, 0.075, 0.012), (0, y + 0.03, z)), main)
        item.add(meshes.box((width - 2 * board, 0.012, 0.055), (0, y - 0.004, z)), lip)
        x = -width / 2 + board + rng.uniform(0.01, 0.05)
        while True:
            wide, tall = rng.uniform(0.14, 0.25), min(rng.uniform(0.19, 0.28), rise + 0.05)
            if x + wide > width / 2 - board - 0.005:
                break
            if rng.random() < 0.88:
                middle, thick = x + wide / 2, rng.uniform(0.006, 0.025)
                area = (middle - wide / 2, middle + wide / 2, z, z + tall)
                cover = picture(rng, area) if rng.random() < 0.5 else plain(paint(rng), 0.15)
                item.add(meshes.box((wide, thick, tall), (middle, y + 0.045 - thick / 2, z + 0.013), tilt=lean), cover)
                if rng.random() < 0.5:
                    title = (middle, y + 0.045 - thick - 0.001, z + 0.013)
                    strip = meshes.box((wide * 0.8, 0.003, tall * 0.3), title, tilt=lean)
                    strip.apply_translation((0, tall * 0.6 * np.sin(lean), tall * 0.6 * np.cos(lean)))
                    item.add(strip, plain(paint(rng)))
            x += wide + rng.uniform(0.01, 0.05)
    item.color = main.color.name
    return item


@design("bookshelf")
def wire_bays(rng: np.random.Generator) -> Item:
    """Thin rungs of wire from floor to top, boards hung between them at different heights, a small closed box."""
    item, wire, main = Item("bookshelf", against_wall=True), metal(rng), wood(rng, axis=0)
    bays = int(rng.integers(2, 4))
    each = rng.uniform(0.6, 0.85) if bays == 2 else rng.uniform(0.48, 0.6)
    width, depth, height = bays * each, rng.uniform(0.26, 0.34), rng.uniform(1.5, 2.1)
    for edge in range(bays + 1):
        x = -width / 2 + each * edge
        for y in (-depth / 2, depth / 2):
            item.add(meshes.rod((x, y, 0), (x, y, height), 0.006, 6), wire)
        for z in np.arange(0.05, height, 0.2):
            item.add(meshes.beam((x, -depth / 2, z), (x, depth / 2, z), 0.006, 0.006), wire)
    fill = _Filler(item, rng, 0.45)
    closet = int(rng.integers(-1, bays))
    for bay in range(bays):
        middle = -width / 2 + each * (bay + 0.5)
        z = rng.uniform(0.1, 0.35)
        if bay == closet:
            item.add(meshes.box((each - 0.02, depth, 0.4), (middle, 0, z)), main)
            fronts(item, rng, each - 0.03, 0.38, (middle, -depth / 2, z + 0.01), 2, main)
            z += 0.4
            fill(middle - each / 2 + 0.03, middle + each / 2 - 0.03, -depth / 2 + 0.02, z, 0.26, depth - 0.04)
            z += rng.uniform(0.3, 0.4)
        while z < height - 0.05:
            gap = rng.uniform(0.29, 0.45)
            item.add(meshes.box((each - 0.015, depth - 0.01, 0.02), (middle, 0, z - 0.02)), main)
            room = min(gap - 0.03, height - z + 0.05)
            if room > 0.18:
                fill(middle - each / 2 + 0.02, middle + each / 2 - 0.02, -depth / 2 + 0.02, z, room, depth - 0.04)
            z += gap
    item.color = main.color.name
    return item


@design("bookshelf")
def revolving(rng: np.random.Generator) -> Item:
    """A square case that turns on a foot, with books on all four sides behind slats."""
    item, main = (
        Item("bookshelf", against_wall=True),
        wood(rng, ("brown", "brown", "black", "orange", "beige", "white")),
    )
    side, tiers, room = rng.uniform(0.44, 0.56), int(rng.integers(2, 5)), rng.uniform(0.27, 0.33)
    foot, board = rng.uniform(0.08, 0.16), 0.02
    for angle in (np.pi / 4, -np.pi / 4):
        item.add(meshes.box((side * 1.1, 0.06, 0.045), yaw=angle), main)
    item.add(meshes.cylinder(0.06, foot, (0, 0, 0), 14), main)
    height = foot + tiers * (room + board) + board
    item.add(meshes.box((side * 0.34, side * 0.34, height - foot), (0, 0, foot)), _inside(main, 0.7))
    slats = int(rng.integers(1, 4))
    for tier in range(tiers + 1):
        size = side if tier < tiers else side + 0.03
        item.add(meshes.box((size, size, board), (0, 0, foot + tier * (room + board))), main)
    for turn in range(4):
        angle = turn * np.pi / 2
        cosine, sine = np.cos(angle), np.sin(angle)
        rotation = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
        loose = Item("bookshelf")
        fill = _Filler(loose, rng, 0.3)
        for tier in range(tiers):
            z, deep = foot + tier * (room + board) + board, side * 0.3
            fill._row(-side / 2 + 0.02, side / 2 - deep - 0.01, -side / 2 + 0.015, z, room - 0.02, deep)
        for share in np.linspace(-0.9, 0.9, slats + 1)[:slats]:
            at = (share * side / 2, -side / 2 - 0.003, foot)
            loose.add(meshes.box((0.035, 0.01, height - foot), at), main)
        item.parts += [Part(part.vertices @ rotation.T, part.faces, part.material, part.tints) for part in loose.parts]
    item.surfaces.append(Surface((0, 0, height), (side, side)))
    return item
