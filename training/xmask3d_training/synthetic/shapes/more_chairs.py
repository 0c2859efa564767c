# SPDX-License-Identifier: Apache-2.0
"""More chairs to train on: bent steel, turned wood, wings, rockers, folding ones, bucket seats, bistro hoops."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..item import Item
from ..materials import fabric, leather, metal, plastic, upholstery, wood
from .registry import design
from .tubes import smooth, tube


@design("chair")
def cantilever(rng: np.random.Generator) -> Item:
    """A steel tube bent into runners, front legs, seat and back; no rear legs."""
    item, steel = Item("chair"), metal(rng)
    cover = leather(rng) if rng.random() < 0.6 else fabric(rng)
    width, depth, seat = rng.uniform(0.44, 0.52), rng.uniform(0.42, 0.5), rng.uniform(0.42, 0.47)
    back, lean, radius = rng.uniform(0.36, 0.5), rng.uniform(0.06, 0.13), rng.uniform(0.011, 0.016)
    arms = rng.random() < 0.4
    for side in (-1, 1):
        x, front, rear = side * width / 2, -depth / 2, depth / 2
        path = [(x, rear, radius), (x, front, radius), (x, front, seat), (x, rear, seat - 0.02)]
        path.append((x, rear + lean, seat + back))
        item.add(tube(smooth(path, 2, 0.14), radius), steel)
        if arms:
            item.add(meshes.rod((x, rear + lean * 0.5, seat + 0.2), (x, front + 0.1, seat + 0.2), radius), steel)
            item.add(meshes.rod((x, front + 0.1, seat + 0.2), (x, front + 0.06, seat), radius), steel)
    item.add(meshes.rod((-width / 2, depth / 2, radius), (width / 2, depth / 2, radius), radius), steel)
    pad = rng.uniform(0.03, 0.06)
    item.add(meshes.rounded_box((width - 0.01, depth - 0.03, pad), 0.02, (0, 0, seat - 0.01)), cover)
    tilt = np.arctan2(lean, back)
    high = back * rng.uniform(0.5, 0.85)
    at = (0, depth / 2 + lean * (1 - high / back), seat + back - high + 0.01)
    item.add(meshes.rounded_box((width - 0.01, pad, high), 0.02, at, tilt=tilt), cover)
    item.color = cover.color.name
    return item


@design("chair")
def windsor(rng: np.random.Generator) -> Item:
    """A saddle seat on splayed turned legs, spindles under a hoop."""
    item, frame = Item("chair"), wood(rng)
    half, seat, back = rng.uniform(0.2, 0.24), rng.uniform(0.42, 0.46), rng.uniform(0.42, 0.58)
    rings = [meshes.ring(half * s, half * s * 0.95, seat + z, 24, 2.6) for s, z in ((0.9, -0.045), (1, -0.02), (1, 0))]
    item.add(meshes.loft(rings), frame)
    for x in (-1, 1):
        for end in (-1, 1):
            top, foot = (x * half * 0.6, end * half * 0.6, seat - 0.03), (x * half * 1.0, end * half * 1.05, 0)
            item.add(meshes.rod(foot, top, 0.017), frame)
        item.add(meshes.rod((x * half * 0.84, -half * 0.85, 0.18), (x * half * 0.84, half * 0.85, 0.18), 0.011), frame)
    item.add(meshes.rod((-half * 0.84, 0, 0.18), (half * 0.84, 0, 0.18), 0.011), frame)
    lean, y = rng.uniform(0.06, 0.12), half * 0.72
    angle = np.linspace(0, np.pi, 15)
    width = half * rng.uniform(0.8, 0.95)
    reach = np.sin(angle) ** 0.6
    hoop = np.column_stack([width * np.cos(angle), y + lean * reach, seat - 0.01 + back * reach])
    item.add(tube(hoop, 0.013), frame)
    for share in np.linspace(-0.72, 0.72, int(rng.integers(5, 9))):
        rise = (1 - share**2) ** 0.3
        item.add(meshes.rod((share * width * 0.9, y, seat - 0.01), (share * width, y + lean * rise, seat + back * rise),
                            0.008, 6), frame)  # fmt: skip
    if rng.random() < 0.4:
        for x in (-1, 1):
            arm = [(x * width * 0.95, y + 0.04, seat + 0.22), (x * half * 1.15, 0, seat + 0.23)]
            arm.append((x * half * 1.1, -half * 0.75, seat + 0.23))
            item.add(tube(smooth(arm), 0.016), frame)
            item.add(meshes.rod((x * half * 0.9, -half * 0.5, seat - 0.02), (x * half * 1.1, -half * 0.6, seat + 0.22),
                                0.01), frame)  # fmt: skip
    return item


@design("chair")
def wingback(rng: np.random.Generator) -> Item:
    """A tall easy chair whose back has wings at head height, on short wooden legs."""
    item, cover = Item("chair"), upholstery(rng, 0.75)
    width, depth, seat = rng.uniform(0.7, 0.8), rng.uniform(0.72, 0.82), rng.uniform(0.42, 0.47)
    high, foot, arm = rng.uniform(1.0, 1.16), rng.uniform(0.12, 0.2), 0.1
    rear = depth / 2 - 0.13
    item.add(meshes.rounded_box((width - arm, depth - 0.1, seat - foot - 0.1), 0.03, (0, -0.03, foot)), cover)
    item.add(meshes.rounded_box((width - 2 * arm, depth - 0.16, 0.14), 0.05, (0, -0.07, seat - 0.12)), cover)
    item.add(meshes.rounded_box((width - 0.08, 0.13, high - foot), 0.05, (0, rear, foot), tilt=0.13), cover)
    for x in (-1, 1):
        side = x * (width - arm) / 2
        item.add(meshes.rounded_box((arm, depth * 0.86, seat + 0.19 - foot), 0.045, (side, -0.04, foot)), cover)
        wing = (side - x * 0.02, rear - 0.08, seat + 0.16)
        item.add(meshes.rounded_box((0.08, 0.26, high - seat - 0.2), 0.04, wing, yaw=-x * 0.25, tilt=0.16), cover)
        for y in (-depth / 2 + 0.1, depth / 2 - 0.14):
            item.add(meshes.rod((x * (width / 2 - 0.07), y * 1.05, 0), (x * (width / 2 - 0.09), y, foot + 0.02), 0.02),
                     wood(np.random.default_rng(3), ("brown",)))  # fmt: skip
    return item


@design("chair")
def rocking(rng: np.random.Generator) -> Item:
    """A wooden chair with arms on two curved rockers."""
    item, frame = Item("chair"), wood(rng)
    width, depth, seat = rng.uniform(0.48, 0.56), rng.uniform(0.44, 0.5), rng.uniform(0.4, 0.44)
    back, lean, bar = rng.uniform(0.6, 0.72), 0.2, rng.uniform(0.03, 0.04)
    long, bend = rng.uniform(0.42, 0.5), 0.09
    item.add(meshes.box((width, depth, 0.035), (0, 0, seat - 0.035), tilt=0.0), frame)
    for x in (-1, 1):
        side = x * (width - bar) / 2
        share = np.linspace(-1, 1, 13)
        for shift in (-0.008, 0.008):  # two tubes side by side make a flat runner
            path = np.column_stack([np.full(13, side + shift), 0.06 + share * long, 0.02 + bend * share**2])
            item.add(tube(path, 0.019), frame)
        for y, top in ((-depth / 2 + bar, seat + 0.22), (depth / 2 - bar, seat)):
            item.add(meshes.beam((side, y, 0.04), (side, y, top), bar, bar), frame)
        item.add(meshes.beam((side, depth / 2 - bar, seat), (side, depth / 2 + lean, seat + back), bar, bar), frame)
        item.add(meshes.box((0.07, depth + 0.06, 0.025), (side, 0.02, seat + 0.22)), frame)
    item.add(meshes.box((width, 0.03, 0.1), (0, depth / 2 + lean - 0.02, seat + back - 0.09)), frame)
    count = int(rng.integers(5, 9))
    for x in np.linspace(-0.4, 0.4, count):
        start, stop = (x * width, depth / 2 - bar, seat), (x * width, depth / 2 + lean - 0.02, seat + back - 0.05)
        item.add(meshes.beam(start, stop, 0.03, 0.014), frame)
    if rng.random() < 0.6:
        cushion = fabric(rng)
        item.add(meshes.rounded_box((width * 0.85, depth * 0.9, 0.06), 0.03, (0, 0, seat)), cushion)
        if rng.random() < 0.5:
            at = (0, depth / 2 - 0.03, seat + 0.06)
            item.add(meshes.rounded_box((width * 0.8, 0.06, back * 0.75), 0.03, at, tilt=0.28), cushion)
    return item


@design("chair")
def folding(rng: np.random.Generator) -> Item:
    """Crossed legs that fold: a thin seat and a short back between steel tubes or wooden bars."""
    item = Item("chair")
    wooden = rng.random() < 0.5
    frame = wood(rng) if wooden else metal(rng)
    panel = frame if wooden else plastic(rng, ("black", "grey", "beige", "white", "blue", "brown"))
    width, seat, high = rng.uniform(0.4, 0.46), rng.uniform(0.43, 0.46), rng.uniform(0.78, 0.88)
    for x in (-1, 1):
        long = ((x * width / 2, -0.24, 0.0), (x * width / 2, 0.24, high))
        short = ((x * (width / 2 - 0.03), 0.24, 0.0), (x * (width / 2 - 0.03), -0.16, seat - 0.01))
        for start, stop in (long, short):
            bar = meshes.beam(start, stop, 0.022, 0.035) if wooden else meshes.rod(start, stop, 0.012)
            item.add(bar, frame)
    for y, z in ((-0.2, 0.07), (0.2, 0.09)):
        item.add(meshes.rod((-width / 2, y, z), (width / 2, y, z), 0.009), frame)
    if wooden and rng.random() < 0.7:
        for y in np.linspace(-0.19, 0.17, 6):
            item.add(meshes.box((width - 0.02, 0.045, 0.016), (0, y, seat)), panel)
        for z in (high - 0.06, high - 0.16):
            y = -0.24 + 0.48 * z / high
            item.add(meshes.box((width, 0.016, 0.06), (0, y, z), tilt=0.5), panel)
    else:
        item.add(meshes.rounded_box((width - 0.03, 0.38, 0.025), 0.012, (0, -0.01, seat - 0.01)), panel)
        y = -0.24 + 0.48 * (high - 0.2) / high
        item.add(meshes.rounded_box((width, 0.025, 0.19), 0.012, (0, y, high - 0.2), tilt=0.5), panel)
    return item


@design("chair")
def gaming(rng: np.random.Generator) -> Item:
    """A bucket seat of two colours with side bolsters and a head pillow, on a five-star base."""
    item, dark, accent = Item("chair"), leather(rng), leather(rng)
    seat, width, tall = rng.uniform(0.46, 0.52), rng.uniform(0.46, 0.52), rng.uniform(0.68, 0.74)
    rear, tilt = width / 2 - 0.04, rng.uniform(0.12, 0.24)
    item.add(meshes.rounded_box((width * 0.66, width, 0.1), 0.04, (0, 0, seat - 0.1)), dark)
    item.add(meshes.rounded_box((width * 0.62, 0.09, tall), 0.04, (0, rear, seat - 0.02), tilt=tilt), dark)
    for x in (-1, 1):
        item.add(meshes.rounded_box((0.1, width, 0.13), 0.045, (x * width * 0.42, 0, seat - 0.09)), accent)
        for low, size, out in ((0.0, 0.36, 0.4), (0.38, tall - 0.42, 0.36)):
            at = (x * width * out, rear - 0.04 + low * np.tan(tilt), seat + low)
            item.add(meshes.rounded_box((0.11, 0.14, size), 0.045, at, yaw=-x * 0.35, tilt=tilt), accent)
        item.add(meshes.box((0.03, 0.05, 0.24), (x * (width / 2 + 0.04), 0.05, seat - 0.05)), metal(rng))
        item.add(meshes.rounded_box((0.08, 0.28, 0.035), 0.015, (x * (width / 2 + 0.04), 0, seat + 0.19)), dark)
    for low in (0.08, tall - 0.2):
        at = (0, rear - 0.08 + low * np.tan(tilt), seat + low)
        item.add(meshes.rounded_box((0.28, 0.08, 0.15), 0.035, at, tilt=tilt), accent)
    base = metal(rng)
    item.add(meshes.cylinder(0.035, seat - 0.2, (0, 0, 0.1)), base)
    for angle in np.arange(5) * 2 * np.pi / 5 + rng.uniform(0, 1):
        x, y = 0.33 * np.cos(angle), 0.33 * np.sin(angle)
        item.add(meshes.beam((0, 0, 0.13), (x, y, 0.07), 0.06, 0.035), base)
        item.add(meshes.ellipsoid((0.032, 0.032, 0.032), (x, y, 0), 1), accent)
    return item


@design("chair")
def bistro(rng: np.random.Generator) -> Item:
    """A round seat in bent wood or wire: hoops make the back and bind the legs."""
    item, frame = Item("chair"), wood(rng, ("brown", "black", "white", "red")) if rng.random() < 0.6 else metal(rng)
    radius, seat, back, bar = rng.uniform(0.19, 0.22), rng.uniform(0.44, 0.48), rng.uniform(0.38, 0.46), 0.014
    cover = fabric(rng) if rng.random() < 0.4 else wood(rng)
    item.add(meshes.cylinder(radius, 0.04, (0, 0, seat - 0.04), 28), frame)
    item.add(meshes.lathe([(radius * 0.9, seat - 0.01), (radius * 0.86, seat + 0.015), (0.02, seat + 0.02)]), cover)
    angle = np.linspace(0, np.pi, 17)
    for share, rise in ((1.0, back), (0.55, back * 0.78)):
        top = np.sin(angle) ** 0.5
        hoop = [radius * share * 0.95 * np.cos(angle), radius * 0.75 + 0.09 * top * share, seat - 0.02 + rise * top]
        item.add(tube(np.column_stack(hoop), bar), frame)
    for x in (-1, 1):
        for y in (-1, 1):
            item.add(meshes.rod((x * radius * 0.95, y * radius * 1.1, 0), (x * radius * 0.72, y * radius * 0.62,
                                                                           seat - 0.03), bar * 1.2), frame)  # fmt: skip
    around = np.linspace(0, 2 * np.pi, 25)
    low = radius * 0.95
    item.add(tube(np.column_stack([low * np.cos(around), low * np.sin(around), np.full(25, seat * 0.5)]), 0.01), frame)
    return item
