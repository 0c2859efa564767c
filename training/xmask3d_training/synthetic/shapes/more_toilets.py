# SPDX-License-Identifier: Apache-2.0
"""More toilets to train on: traps in view, moulded pedestals, flush valves, low cisterns, corners, no tank at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .. import meshes
from ..colors import paint
from ..item import Item
from ..materials import Material, ceramic, metal, plain, plastic, wood
from .registry import design
from .tubes import along_y, smooth, tube

Size = tuple[float, float, float]
"""Half width, reach to the front, reach to the back of an oval, metres."""

_SEATS = ("white", "white", "white", "beige", "brown", "black", "blue", "pink", "green", "grey")


def oval(size: Size, z: float, y: float, blunt: float = 2.2, pointed: float = 2.0, count: int = 32) -> np.ndarray:
    """A loop (count,3) about (0, y): rounder to the front, squarer to the back the larger ``blunt`` is."""
    half, front, rear = size
    angle = np.arange(count) * 2 * np.pi / count
    cosine, sine = np.cos(angle), np.sin(angle)
    power = 2 / np.where(sine > 0, blunt, pointed)
    ahead = np.where(sine > 0, rear, front) * np.sign(sine) * np.abs(sine) ** power
    return np.column_stack([half * np.sign(cosine) * np.abs(cosine) ** power, ahead + y, np.full(count, z)])


def _scaled(size: Size, share: float) -> Size:
    return size[0] * share, size[1] * share, size[2] * share


def _pan(item: Item, rim: Size, high: float, y: float, outer: Sequence[tuple[float, ...]], material: Material,
         blunt: float = 2.2) -> None:  # fmt: skip
    """A hollow bowl: ``outer`` lists (share of the width, of the front, of the back, height) from the floor up."""
    rings = [oval((rim[0] * a, rim[1] * b, rim[2] * c), z, y, blunt) for a, b, c, z in outer]
    rings.append(oval(rim, high, y, blunt))
    for share, z in ((0.78, high), (0.74, high - 0.05), (0.5, high - 0.14), (0.25, high - 0.19)):
        rings.append(oval(_scaled(rim, share), z, y, blunt))
    item.add(meshes.loft(rings), material)


def _ring(item: Item, rim: Size, high: float, y: float, material: Material, gap: float = 0.0, blunt: float = 2.2,
          thick: float = 0.022) -> None:  # fmt: skip
    """A seat on the rim; ``gap`` (rad) opens it at the front."""
    half, front, rear = _scaled(rim, 1.03)
    loops = []
    for angle in np.linspace(-np.pi / 2 + gap, 1.5 * np.pi - gap, 33):
        power = 2 / (blunt if np.sin(angle) > 0 else 2.0)
        x = half * np.sign(np.cos(angle)) * abs(np.cos(angle)) ** power
        ahead = (rear if np.sin(angle) > 0 else front) * np.sign(np.sin(angle)) * abs(np.sin(angle)) ** power
        section = ((0.68, 0.003), (1.0, 0.0), (1.0, 0.7), (0.86, 1.0), (0.7, 0.6))
        loops.append([(x * share, y + ahead * share, high + 0.002 + thick * up) for share, up in section])
    item.add(meshes.loft([np.array(loop) for loop in loops]), material)


def _lid(item: Item, rim: Size, high: float, y: float, material: Material, lean: float, blunt: float = 2.2) -> None:
    """A lid that stands open behind the seat, ``lean`` (rad) backwards."""
    rear = rim[2]
    rings = []
    for out, share in ((0.0, 0.95), (0.006, 1.0), (0.018, 1.0), (0.022, 0.95)):
        flat = oval(_scaled(rim, share), 0, 0, blunt)
        up = rear - flat[:, 1]
        along = up * np.cos(lean)
        rings.append(np.column_stack([flat[:, 0], y + rear + up * np.sin(lean) - out, high + 0.025 + along]))
    item.add(meshes.loft(rings), material)


def _shut(item: Item, rim: Size, high: float, y: float, material: Material, blunt: float = 2.2) -> None:
    """Seat and lid, closed: a flat or a domed one."""
    levels = ((1.02, 0.0), (1.03, 0.02), (1.0, 0.024), (1.03, 0.026), (1.02, 0.042), (0.9, 0.05), (0.4, 0.054))
    item.add(meshes.loft([oval(_scaled(rim, s), high + z, y, blunt) for s, z in levels]), material)


def _top(item: Item, rng: np.random.Generator, rim: Size, high: float, y: float, material: Material, lean: float = 0.08,
         blunt: float = 2.2) -> None:  # fmt: skip
    """A seat with its lid: shut, open, or all of it up."""
    state = rng.random()
    for x in (-0.07, 0.07):
        item.add(meshes.box((0.03, 0.03, 0.03), (x, y + rim[2] - 0.02, high)), material)
    if state < 0.5:
        _shut(item, rim, high, y, material, blunt)
        return
    _lid(item, rim, high, y, material, lean, blunt)
    if state < 0.92:
        _ring(item, rim, high, y, material, 0.0, blunt)
    else:  # the ring up too: seen as a second, thinner lid before the first
        _lid(item, _scaled(rim, 0.97), high, y - 0.028, material, lean, blunt)


def add_tank(item: Item, low: Sequence[float], top: Sequence[float], z: float, tall: float, rear: float,
          material: Material, power: float = 7.0) -> None:  # fmt: skip
    """A cistern with its back at ``rear``, from ``low`` (width, depth) to ``top``, and an overhanging lid."""
    rings = []
    for share in (0.0, 0.06, 0.5, 1.0):
        grow = share if share > 0.06 else share - 0.12
        wide, deep = (low[k] + (top[k] - low[k]) * grow for k in (0, 1))
        rings.append(meshes.ring(wide / 2, deep / 2, z + share * tall, 32, power, rear - 0.01 - deep / 2))
    item.add(meshes.loft(rings), material)
    wide, deep = top[0] + 0.025, top[1] + 0.02
    levels = ((0.98, 0.0), (1.0, 0.008), (1.0, 0.026), (0.96, 0.036))
    loops = [meshes.ring(wide / 2 * s, deep / 2 * s, z + tall + up, 32, power, rear - deep / 2) for s, up in levels]
    item.add(meshes.loft(loops), material)


def add_lever(item: Item, x: float, y: float, z: float, material: Material) -> None:
    """A flush handle on the front of a cistern."""
    item.add(meshes.rod((x, y, z), (x, y - 0.025, z), 0.014), material)
    item.add(meshes.rod((x, y - 0.022, z), (x - np.sign(x) * 0.075, y - 0.026, z - 0.008), 0.007), material)


@design("toilet")
def exposed_trap(rng: np.random.Generator) -> Item:
    """A long bowl over a narrow foot whose S-bend shows at its sides; a cistern that widens to the top, a lever."""
    item, white = Item("toilet", against_wall=True), ceramic(rng)
    half, high = rng.uniform(0.175, 0.195), rng.uniform(0.37, 0.43)
    rim = (half, rng.uniform(0.25, 0.31), rng.uniform(0.17, 0.2))
    deep = rng.uniform(0.17, 0.2)
    depth = rim[1] + rim[2] + deep + 0.045
    y, rear = -depth / 2 + rim[1], depth / 2
    outer = [(0.58, 0.5, 1.3, 0.0), (0.58, 0.5, 1.3, 0.02), (0.46, 0.38, 1.2, 0.05), (0.42, 0.36, 1.1, 0.12)]
    outer += [(0.6, 0.56, 1.05, high * 0.5), (0.86, 0.84, 1.0, high * 0.74), (0.98, 0.98, 1.0, high - 0.04)]
    _pan(item, rim, high, y, outer, white)
    back = y + rim[2]
    for x in (-1, 1):
        side = x * half * 0.36
        path = [(side, y - 0.06, 0.12), (side, y + 0.06, 0.08), (side, y + 0.11, 0.25), (side, back, 0.27)]
        path += [(side, back + 0.06, 0.18), (side, back + 0.05, 0.02)]
        item.add(tube(smooth(path, 2, 0.25), 0.048, 8), white)
        item.add(meshes.ellipsoid((0.016, 0.016, 0.014), (x * half * 0.52, y + 0.08, 0.02), 1), white)
    item.add(meshes.rounded_box((half * 1.5, deep + 0.1, 0.12), 0.04, (0, rear - deep / 2 - 0.06, high - 0.12)), white)
    seat = plain(paint(rng, _SEATS), 0.2) if rng.random() < 0.85 else wood(rng)
    _top(item, rng, rim, high, y, seat, 0.04)
    tall = rng.uniform(0.3, 0.38)
    top = (rng.uniform(0.42, 0.5), deep)
    add_tank(item, (top[0] - rng.uniform(0.03, 0.1), deep - rng.uniform(0.01, 0.04)), top, high, tall, rear, white)
    add_lever(item, -top[0] * 0.4, rear - deep - 0.005, high + tall - 0.05, metal(rng))
    return item


@design("toilet")
def victorian(rng: np.random.Generator) -> Item:
    """A stepped, fluted pedestal and a cistern with mouldings; a wooden seat, a lever at the side."""
    item, white = Item("toilet", against_wall=True), ceramic(rng)
    half, high = rng.uniform(0.18, 0.2), rng.uniform(0.4, 0.45)
    rim = (half, rng.uniform(0.24, 0.27), rng.uniform(0.19, 0.22))
    deep = rng.uniform(0.18, 0.21)
    depth = rim[1] + rim[2] + deep
    y, rear = -depth / 2 + rim[1], depth / 2
    outer = [(0.78, 0.66, 1.25, 0.0), (0.78, 0.66, 1.25, 0.035), (0.7, 0.58, 1.2, 0.04), (0.7, 0.58, 1.2, 0.06)]
    outer += [(0.52, 0.42, 1.1, 0.1), (0.5, 0.4, 1.0, 0.17), (0.62, 0.54, 0.9, 0.24), (0.9, 0.88, 0.97, high - 0.1)]
    outer += [(0.92, 0.9, 0.97, high - 0.06), (1.0, 1.0, 1.0, high - 0.05)]
    _pan(item, rim, high, y, outer, white, 2.6)
    if rng.random() < 0.6:  # flutes
        for angle in np.linspace(0.15, np.pi - 0.15, 9):
            x, ahead = half * np.cos(angle), -rim[1] * np.sin(angle)
            start, stop = (x * 0.5, y + ahead * 0.42, 0.1), (x * 0.84, y + ahead * 0.82, high - 0.12)
            item.add(meshes.rod(start, stop, 0.012, 6), white)
    item.add(meshes.rounded_box((half * 1.1, deep + 0.12, high), 0.03, (0, rear - deep / 2 - 0.06, 0)), white)
    seat = wood(rng, ("brown", "brown", "orange", "black", "white", "beige"))
    _top(item, rng, rim, high, y, seat, 0.02, 2.6)
    wide, tall = rng.uniform(0.42, 0.5), rng.uniform(0.34, 0.42)
    add_tank(item, (wide - 0.04, deep - 0.03), (wide, deep - 0.01), high, tall, rear, white, 12)
    for z, out in ((high, 0.0), (high + 0.03, -0.02), (high + tall - 0.03, 0.02), (high + tall - 0.005, 0.04)):
        loop = (wide + out - 0.01, deep - 0.02 + out * 0.4)
        item.add(meshes.box((*loop, 0.022), (0, rear - 0.012 - loop[1] / 2, z)), white)
    fitting = metal(rng)
    x = wide / 2 * float(rng.choice([-1, 1]))
    middle, z = rear - deep / 2, high + tall - 0.08
    item.add(meshes.rod((x * 0.9, middle, z), (x * 1.12, middle, z), 0.01), fitting)
    item.add(meshes.rod((x * 1.1, middle, z), (x * 1.14, rear - deep - 0.03, z - 0.02), 0.009), fitting)
    item.color = white.color.name
    return item


@design("toilet")
def flush_valve(rng: np.random.Generator) -> Item:
    """A public toilet: an open-fronted seat without a lid, and steel pipes with a valve in place of a tank."""
    item, white, steel = Item("toilet", against_wall=True), ceramic(rng), metal(rng)
    half, high = rng.uniform(0.175, 0.195), rng.uniform(0.38, 0.46)
    rim = (half, rng.uniform(0.26, 0.31), rng.uniform(0.17, 0.2))
    room = rng.uniform(0.1, 0.16)
    depth = rim[1] + rim[2] + room
    y, rear = -depth / 2 + rim[1], depth / 2
    outer = [(0.68, 0.52, 1.2, 0.0), (0.66, 0.5, 1.2, 0.03), (0.56, 0.42, 1.15, 0.1), (0.6, 0.52, 1.1, high * 0.5)]
    outer += [(0.9, 0.88, 1.04, high * 0.78), (1.0, 1.0, 1.0, high - 0.03)]
    _pan(item, rim, high, y, outer, white)
    item.add(meshes.rounded_box((half * 1.35, 0.16, 0.1), 0.04, (0, y + rim[2] + 0.01, high - 0.1)), white)
    item.add(meshes.rod((0, y + rim[2] - 0.03, 0.13), (0, rear - 0.01, 0.15), 0.06, 14), white)
    seat = plastic(rng, ("white", "white", "black", "black", "grey", "blue", "beige"))
    _ring(item, rim, high, y, seat, rng.uniform(0.2, 0.34) if rng.random() < 0.8 else 0.0, thick=0.026)
    pipe, valve = y + rim[2] + 0.045, high + rng.uniform(0.26, 0.46)
    item.add(meshes.cylinder(0.034, 0.02, (0, pipe, high), 14), steel)
    item.add(meshes.rod((0, pipe, high), (0, pipe, valve), 0.017), steel)
    levels = [(0.028, 0.0), (0.034, 0.01), (0.034, 0.08), (0.04, 0.085), (0.04, 0.115), (0.022, 0.135)]
    item.add(meshes.lathe(levels, (0, pipe, valve), 16), steel)
    side = float(rng.choice([-1, 1]))
    path = [(0, pipe, valve + 0.04), (side * 0.12, pipe, valve + 0.04), (side * 0.12, rear, valve + 0.04)]
    item.add(tube(smooth(path, 2, 0.15), 0.016), steel)
    plate = meshes.rod((side * 0.12, rear - 0.012, valve + 0.04), (side * 0.12, rear, valve + 0.04), 0.035, 14)
    item.add(plate, steel)
    if rng.random() < 0.6:
        item.add(meshes.rod((0, pipe, valve + 0.05), (0, pipe - 0.1, valve + 0.03), 0.008), steel)
    else:
        item.add(meshes.rounded_box((0.08, 0.1, 0.09), 0.02, (0, pipe - 0.005, valve + 0.1)), steel)
    return item


@design("toilet")
def low_level(rng: np.random.Generator) -> Item:
    """A flat cistern on the wall at back height, joined to the bowl by a fat bent flush pipe; some have arm rests."""
    item, white = Item("toilet", against_wall=True), ceramic(rng)
    tank = white if rng.random() < 0.5 else plastic(rng, ("white", "white", "black", "beige", "grey"))
    half, high = rng.uniform(0.17, 0.19), rng.uniform(0.38, 0.46)
    rim = (half, rng.uniform(0.22, 0.26), rng.uniform(0.17, 0.2))
    deep, room = rng.uniform(0.11, 0.15), rng.uniform(0.16, 0.22)
    depth = rim[1] + rim[2] + room
    y, rear = -depth / 2 + rim[1], depth / 2
    outer = [(0.66, 0.6, 0.95, 0.0), (0.64, 0.58, 0.94, 0.025), (0.5, 0.42, 0.8, 0.07), (0.5, 0.42, 0.8, 0.15)]
    outer += [(0.78, 0.76, 0.9, high * 0.66), (0.97, 0.97, 0.98, high - 0.04)]
    _pan(item, rim, high, y, outer, white, 2.4)
    item.add(meshes.rod((0, y + rim[2] * 0.5, 0.17), (0, rear - 0.02, 0.16), 0.055, 14), white)
    seat = wood(rng) if rng.random() < 0.3 else plain(paint(rng, _SEATS), 0.2)
    _top(item, rng, rim, high, y, seat, 0.05, 2.4)
    low, tall, wide = high + rng.uniform(0.14, 0.3), rng.uniform(0.28, 0.36), rng.uniform(0.38, 0.52)
    add_tank(item, (wide - 0.03, deep - 0.02), (wide, deep), low, tall, rear, tank, float(rng.choice([5, 10])))
    pipe = rear - 0.05
    path = [(0, pipe, low + 0.01), (0, pipe, high - 0.06), (0, y + rim[2] * 0.8, high - 0.06)]
    item.add(tube(smooth(path, 2, 0.25), rng.uniform(0.02, 0.028), 10), tank)
    chrome = metal(rng)
    if rng.random() < 0.5:
        add_lever(item, wide * 0.34 * float(rng.choice([-1, 1])), rear - deep, low + tall - 0.05, chrome)
    else:
        item.add(meshes.cylinder(0.022, 0.014, (0, rear - deep / 2, low + tall + 0.034), 12), chrome)
    if rng.random() < 0.3:  # arm rests on a frame
        for x in (-1, 1):
            side = x * rng.uniform(0.28, 0.32)
            bar = [(side, y - rim[1] * 0.6, 0.0), (side, y - rim[1] * 0.6, 0.66), (side, rear - 0.05, 0.66)]
            item.add(tube(smooth([*bar, (side, rear - 0.05, 0.0)], 2, 0.12), 0.014), chrome)
            item.add(meshes.rounded_box((0.05, 0.26, 0.03), 0.013, (side, y - 0.02, 0.66)), plain(chrome.color))
    item.color = white.color.name
    return item


@design("toilet")
def corner(rng: np.random.Generator) -> Item:
    """A three-cornered cistern that points backwards, behind a round bowl."""
    item, white = Item("toilet", against_wall=True), ceramic(rng)
    half, high = rng.uniform(0.17, 0.19), rng.uniform(0.38, 0.42)
    rim = (half, rng.uniform(0.21, 0.25), rng.uniform(0.18, 0.2))
    wide, deep = rng.uniform(0.44, 0.54), rng.uniform(0.22, 0.28)
    depth = rim[1] + rim[2] + deep + 0.01
    y, rear = -depth / 2 + rim[1], depth / 2
    outer = [(0.66, 0.62, 1.0, 0.0), (0.62, 0.58, 0.98, 0.04), (0.6, 0.55, 0.95, 0.14), (0.8, 0.78, 0.96, high * 0.62)]
    outer += [(0.98, 0.98, 1.0, high - 0.04)]
    _pan(item, rim, high, y, outer, white, 2.4)

    def triangle(share: float, z: float) -> np.ndarray:
        bow, cut = rng_bow * wide, 0.05
        front = [(x * wide / 2, rear - deep - bow * (1 - x**2)) for x in np.linspace(-1, 1, 9)]
        outline = [*front, (wide / 2, rear - deep + cut), (cut, rear), (-cut, rear), (-wide / 2, rear - deep + cut)]
        flat = np.asarray(outline) - (0, rear - deep / 2)
        return np.column_stack([flat * share + (0, rear - deep / 2), np.full(len(flat), z)])

    rng_bow = rng.uniform(0.0, 0.12)
    foot = [triangle(share, z) for share, z in ((0.5, 0.0), (0.5, high * 0.5), (0.8, high))]
    item.add(meshes.loft(foot), white)
    item.add(meshes.rounded_box((half * 1.2, rim[2] + 0.12, high * 0.9), 0.05, (0, y + rim[2] * 0.7, 0)), white)
    tall = rng.uniform(0.3, 0.4)
    body = ((0.84, 0.0), (0.9, 0.03), (0.96, tall))
    item.add(meshes.loft([triangle(share, high + z) for share, z in body]), white)
    lid = ((0.97, 0.0), (1.0, 0.008), (1.0, 0.028), (0.95, 0.038))
    item.add(meshes.loft([triangle(share, high + tall + z) for share, z in lid]), white)
    item.add(meshes.cylinder(0.024, 0.012, (0, rear - deep * 0.6, high + tall + 0.038), 12), metal(rng))
    _top(item, rng, rim, high, y, plain(paint(rng, _SEATS), 0.2), 0.0, 2.4)
    return item


@design("toilet")
def tankless(rng: np.random.Generator) -> Item:
    """A washing toilet: one smooth body without a cistern, a thick lid that rises to the back, keys at the side."""
    item, white = Item("toilet", against_wall=True), ceramic(rng)
    half, high = rng.uniform(0.19, 0.215), rng.uniform(0.36, 0.41)
    long, hump = rng.uniform(0.63, 0.72), rng.uniform(0.09, 0.15)
    front = rng.uniform(0.26, 0.32)
    rim = (half, front, long - front)
    y, blunt = -long / 2 + front, rng.uniform(3.5, 7)
    tuck = rng.uniform(0.7, 0.92)
    outer = [(tuck, tuck * 0.86, 1.0, 0.0), (tuck, tuck * 0.88, 1.0, 0.04), (tuck + 0.02, tuck * 0.94, 1.0, high * 0.6)]
    outer += [(0.98, 0.98, 1.0, high - 0.07), (1.0, 1.0, 1.0, high - 0.01)]
    _pan(item, rim, high, y, outer, white, blunt)
    shell = plain(white.color if rng.random() < 0.7 else paint(rng, ("black", "grey", "white", "beige")), 0.3)
    deck = rng.uniform(0.17, 0.24)
    back = y + rim[2]
    rise = [(-half * 0.99, high), (half * 0.99, high), (half * 0.97, high + hump - 0.03), (half * 0.88, high + hump)]
    rise += [(-half * 0.88, high + hump), (-half * 0.97, high + hump - 0.03)]
    item.add(along_y(rise, deck, back - deck / 2), shell)
    seat = (half, front, rim[2] - deck)
    if rng.random() < 0.55:
        loops = []
        for share, up in ((1.01, 0.0), (1.02, 0.3), (1.0, 0.75), (0.93, 0.95), (0.6, 1.0)):
            loop = oval(_scaled(seat, share), high, y, 8)
            slope = 0.045 + (hump - 0.02 - 0.045) * np.clip((loop[:, 1] - y + front) / (front + seat[2]), 0, 1)
            loop[:, 2] += up * slope
            loops.append(loop)
        item.add(meshes.loft(loops), shell)
    else:
        _ring(item, seat, high, y, shell, 0.0, 8, 0.035)
        _lid(item, seat, high + hump * 0.75, y, shell, 0.1, 8)
    if rng.random() < 0.55:
        side, z = float(rng.choice([-1, 1])), high + 0.03
        panel = plain(paint(rng, ("grey", "white", "black")), 0.2)
        item.add(meshes.rounded_box((0.07, 0.24, 0.045), 0.015, (side * (half + 0.035), back - deck - 0.04, z)), panel)
        for index in range(4):
            key = (side * (half + 0.035), back - deck - 0.12 + 0.05 * index, z + 0.042)
            item.add(meshes.cylinder(0.012, 0.006, key, 8), plain(paint(rng, ("blue", "grey", "pink", "green")), 0.2))
    if rng.random() < 0.4:
        strip = paint(rng, ("black", "grey", "yellow"))
        item.add(meshes.box((half * 1.2, 0.006, 0.02), (0, back - deck - 0.003, high + hump - 0.04)), plain(strip, 0.5))
    return item
