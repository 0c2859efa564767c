# SPDX-License-Identifier: Apache-2.0
"""More sofas to train on: humped backs, recliners, futons, corners, pleated foam, steel tubes, skirts."""

from __future__ import annotations

import numpy as np

from .. import meshes
from ..item import Item
from ..materials import fabric, metal, upholstery, wood
from .registry import design
from .tubes import along_x, along_y, smooth, tube


def _pillows(item: Item, rng: np.random.Generator, width: float, y: float, z: float, most: int = 3) -> None:
    """Loose cushions that lean on the back: square ones and long ones."""
    for _ in range(int(rng.integers(0, most + 1))):
        wide, high = (0.5, 0.3) if rng.random() < 0.3 else (rng.uniform(0.36, 0.48),) * 2
        at = (rng.uniform(-1, 1) * (width - wide) / 2, y, z)
        yaw, tilt = rng.uniform(-0.25, 0.25), rng.uniform(0.25, 0.5)
        item.add(meshes.rounded_box((wide, 0.14, high), 0.065, at, yaw, tilt), fabric(rng))


@design("sofa")
def camelback(rng: np.random.Generator) -> Item:
    """One upholstered back with one or two humps, low arms that flare out, tall legs in view."""
    item, cover, timber = Item("sofa", against_wall=True), upholstery(rng, 0.8), wood(rng)
    inner, depth, seat = rng.uniform(1.25, 1.75), rng.uniform(0.76, 0.86), rng.uniform(0.44, 0.49)
    foot, flare = rng.uniform(0.14, 0.21), rng.uniform(0.03, 0.1)
    low, hump, humps = rng.uniform(0.72, 0.8), rng.uniform(0.1, 0.2), int(rng.choice([1, 1, 2]))
    rear, lean = depth / 2 - 0.2, rng.uniform(0.08, 0.16)
    item.add(meshes.rounded_box((inner + 0.1, depth - 0.06, seat - foot - 0.1), 0.02, (0, 0, foot)), cover)
    share = np.linspace(-1, 1, 25)
    bump = np.cos(share * np.pi / 2) ** 2 if humps == 1 else np.sin(share * np.pi) ** 2
    top = np.column_stack([share * (inner / 2 + 0.07), low + hump * bump])
    outline = np.concatenate([[(inner / 2 + 0.07, seat - 0.1), (-inner / 2 - 0.07, seat - 0.1)], top])
    middle = np.array([0.0, (seat + low) / 2])
    rings = []
    for y, shrink in ((0.0, 0.93), (0.03, 1.0), (0.1, 1.0), (0.13, 0.96)):
        flat = middle + (outline - middle) * shrink
        rings.append(np.column_stack([flat[:, 0], rear + y + lean * (flat[:, 1] - seat), flat[:, 1]]))
    item.add(meshes.loft(rings), cover)
    arm = rng.uniform(0.58, 0.67)
    for x in (-1, 1):
        section = [(0.0, foot + 0.01), (0.1, foot + 0.01), (0.1, arm - 0.14), (0.1 + flare, arm - 0.05)]
        section += [(0.08 + flare, arm - 0.01), (0.04 + flare, arm), (flare, arm - 0.02), (0.0, arm - 0.13)]
        profile = [(x * (inner / 2 + out), z) for out, z in section]
        item.add(along_y(profile, depth - 0.1, 0.02), cover)
        for y in (-1, 1):
            end = (x * (inner / 2 + 0.03), y * (depth / 2 - 0.08))
            if humps == 1:
                item.add(meshes.box((0.05, 0.05, foot), (end[0], end[1], 0)), timber)
            else:
                item.add(meshes.cylinder(0.016, foot, (end[0], end[1], 0), 10, top=0.034), timber)
        if humps == 1 and foot > 0.17:
            item.add(meshes.box((0.03, depth - 0.2, 0.03), (x * (inner / 2 + 0.03), 0, 0.06)), timber)
    count = int(rng.integers(1, 4))
    for index in range(count):
        at = ((index + 0.5) / count * inner - inner / 2, -0.1, seat - 0.12)
        item.add(meshes.rounded_box((inner / count - 0.008, depth - 0.2, 0.14), 0.045, at), cover)
    _pillows(item, rng, inner, rear - 0.12, seat + 0.02, 2)
    return item


@design("sofa")
def recliner(rng: np.random.Generator) -> Item:
    """Overstuffed seats with puffed backs in tiers and pillow-topped arms; some foot rests are up."""
    item, cover = Item("sofa", against_wall=True), upholstery(rng, 0.35)
    count, each = int(rng.integers(2, 4)), rng.uniform(0.54, 0.62)
    arm, depth, seat = rng.uniform(0.19, 0.27), rng.uniform(0.86, 0.96), rng.uniform(0.44, 0.49)
    console = rng.uniform(0.2, 0.28) if count == 2 and rng.random() < 0.45 else 0.0
    inner, tiers, high = count * each + console, int(rng.integers(2, 4)), rng.uniform(0.5, 0.6)
    front, rear, tilt = -depth / 2, depth / 2 - 0.26, rng.uniform(0.12, 0.22)
    item.add(meshes.box((inner, depth - 0.2, 0.26), (0, 0.04, 0.03)), cover)
    shell = (inner, 0.16, seat + high - 0.16)
    item.add(meshes.rounded_box(shell, 0.05, (0, rear + 0.06, 0.05), tilt=tilt * 0.8), cover)
    raised = rng.random() < 0.3
    for index in range(count):
        x = -inner / 2 + each * (index + 0.5) + (console if index else 0.0)
        item.add(meshes.rounded_box((each - 0.01, depth - 0.22, 0.24), 0.08, (x, -0.06, seat - 0.23)), cover)
        if raised and rng.random() < 0.6:
            item.add(meshes.rounded_box((each - 0.02, 0.36, 0.1), 0.045, (x, front - 0.24, seat - 0.16)), cover)
            item.add(meshes.beam((x, front, 0.2), (x, front - 0.24, seat - 0.13), 0.3, 0.02), metal(rng))
        else:
            item.add(meshes.rounded_box((each - 0.02, 0.1, seat - 0.18), 0.045, (x, front + 0.05, 0.06)), cover)
        tall = high / tiers
        for tier in range(tiers):
            low = tier * tall
            puff = (each - 0.015 * (tier + 1), 0.22 + 0.03 * (tier == tiers - 1), tall + 0.03)
            at = (x, rear - 0.05 + low * np.tan(tilt), seat - 0.03 + low)
            item.add(meshes.rounded_box(puff, 0.1, at, tilt=tilt), cover)
    if console:
        item.add(meshes.rounded_box((console - 0.01, depth - 0.18, seat + 0.08), 0.03, (0, -0.05, 0.04)), cover)
        for y in (-0.28, -0.16):
            item.add(meshes.cylinder(0.042, 0.012, (0, y, seat + 0.115), 14), metal(rng))
    top = rng.uniform(0.6, 0.67)
    for side in (-1, 1):
        x = side * (inner + arm) / 2
        item.add(meshes.rounded_box((arm - 0.03, depth - 0.04, top - 0.1), 0.06, (x, 0.0, 0.03)), cover)
        item.add(meshes.rounded_box((arm + 0.03, depth - 0.18, 0.16), 0.08, (x, -0.07, top - 0.14)), cover)
    return item


@design("sofa")
def futon(rng: np.random.Generator) -> Item:
    """A thick mattress folded once over a slatted frame, which holds it leaning back."""
    item, cover = Item("sofa", against_wall=True), fabric(rng)
    metallic = rng.random() < 0.4
    frame = metal(rng) if metallic else wood(rng)
    width, depth, seat = rng.uniform(1.4, 1.95), rng.uniform(0.8, 0.92), rng.uniform(0.4, 0.46)
    thick, back, lean = rng.uniform(0.12, 0.19), rng.uniform(0.5, 0.62), rng.uniform(0.32, 0.5)
    base, rear = seat - thick - 0.03, depth / 2 - 0.26
    parts = 1 if rng.random() < 0.6 else 2
    for index in range(parts):
        x, wide = ((index + 0.5) / parts - 0.5) * width, width / parts - 0.01
        size = (wide, rear + depth / 2 - 0.01, thick)
        item.add(meshes.rounded_box(size, 0.05, (x, rear / 2 - depth / 4, base + 0.05), tilt=0.0), cover)
        item.add(meshes.rounded_box((wide, thick, back), 0.05, (x, rear - thick * 0.2, base + 0.06), tilt=lean), cover)
        if rng.random() < 0.4:  # buttons
            for share in (-0.25, 0.25):
                for low in (0.45, 0.75):
                    y = rear - thick * 0.2 - thick / 2 / np.cos(lean) + low * back * np.sin(lean)
                    at = (x + share * wide, y, base + 0.04 + low * back * np.cos(lean))
                    item.add(meshes.ellipsoid((0.02, 0.012, 0.02), at, 1), frame)
    for y in np.linspace(-depth / 2 + 0.06, rear, 4):
        item.add(meshes.box((width, 0.06, 0.025), (0, y, base + 0.02)), frame)
    for low in np.linspace(0.1, 0.95, 4):
        at = (0, rear + thick * 0.5 + low * back * np.sin(lean), base + 0.05 + low * back * np.cos(lean))
        item.add(meshes.box((width, 0.02, 0.06), at, tilt=lean), frame)
    arm, reach = rng.uniform(0.56, 0.66), depth / 2 - 0.05
    style = int(rng.integers(3))
    for side in (-1, 1):
        x = side * (width / 2 + 0.035)
        if metallic:
            path = [(x, -reach, 0.0), (x, -reach, arm), (x, reach, arm), (x, reach, 0.0)]
            item.add(tube(smooth(path, 2, 0.12), 0.018), frame)
            item.add(meshes.rod((x, -reach, base), (x, reach, base), 0.015), frame)
        else:
            for y in (-reach, reach):
                item.add(meshes.box((0.05, 0.07, arm), (x, y, 0)), frame)
            item.add(meshes.box((0.05, depth - 0.06, 0.1), (x, 0, base - 0.04)), frame)
            item.add(meshes.rounded_box((0.09, depth, 0.035), 0.012, (x, 0, arm - 0.01)), frame)
            for y in np.linspace(-reach, reach, 7)[1:-1] if style else ():
                if style == 1:
                    item.add(meshes.box((0.02, 0.045, arm - base), (x, y, base)), frame)
            if style == 2:
                item.add(meshes.box((0.025, depth - 0.12, 0.08), (x, 0, (arm + base) / 2 + 0.02)), frame)
    _pillows(item, rng, width, rear - thick - 0.1, seat + 0.01, 2)
    return item


@design("sofa")
def sectional(rng: np.random.Generator) -> Item:
    """Seats round a corner: the back runs along two sides."""
    item, cover = Item("sofa", against_wall=True), upholstery(rng, 0.75)
    side = float(rng.choice([-1, 1]))
    width, long, deep = rng.uniform(1.95, 2.4), rng.uniform(1.5, 1.9), rng.uniform(0.78, 0.9)
    seat, back, wall = rng.uniform(0.38, 0.45), rng.uniform(0.68, 0.82), rng.uniform(0.15, 0.24)
    foot, rear, round_off = rng.uniform(0.02, 0.11), long / 2, rng.uniform(0.03, 0.07)
    base = rng.uniform(0.22, 0.27)
    outer = side * width / 2
    run, turn = (0.0, rear - deep / 2), (outer - side * deep / 2, 0.0)
    item.add(meshes.rounded_box((width, deep, base - foot), 0.025, (*run, foot)), cover)
    item.add(meshes.rounded_box((deep, long, base - foot), 0.025, (*turn, foot)), cover)
    item.add(meshes.rounded_box((width, wall, back - foot), round_off, (0, rear - wall / 2, foot)), cover)
    item.add(meshes.rounded_box((wall, long, back - foot), round_off, (outer - side * wall / 2, 0, foot)), cover)
    loose, open_end, armed = rng.random() < 0.7, width - deep, rng.random() < 0.7
    arm = rng.uniform(0.12, 0.2) if armed else 0.0
    inner = deep - wall
    low = (inner, seat - base + 0.01)
    corner = (outer - side * (wall + inner / 2), rear - wall - inner / 2)
    item.add(meshes.rounded_box((inner - 0.01, inner - 0.01, low[1]), 0.05, (*corner, base - 0.01)), cover)
    along, count = (open_end - arm) / 2, 2
    for index in range(count):
        x = -outer + side * (arm + along * (index + 0.5))
        item.add(meshes.rounded_box((along - 0.01, inner, low[1]), 0.05, (x, corner[1], base - 0.01)), cover)
        if loose:
            at = (x, rear - wall - 0.07, seat - 0.02)
            item.add(meshes.rounded_box((along - 0.02, 0.17, back - seat + 0.06), 0.075, at, tilt=0.16), cover)
    down = (long - deep) - arm
    y = rear - deep - down / 2
    item.add(meshes.rounded_box((inner, down - 0.01, low[1]), 0.05, (corner[0], y, base - 0.01)), cover)
    if loose:
        at = (outer - side * (wall + 0.07), y, seat - 0.02)
        yaw = -side * np.pi / 2  # the back of the return leans to its own side
        item.add(meshes.rounded_box((down - 0.02, 0.17, back - seat + 0.06), 0.075, at, yaw, 0.16), cover)
    if armed:
        top = rng.uniform(0.5, min(back, 0.64)) - foot
        item.add(meshes.rounded_box((arm, deep, top), round_off, (-outer + side * arm / 2, run[1], foot)), cover)
        item.add(meshes.rounded_box((deep, arm, top), round_off, (turn[0], -rear + arm / 2, foot)), cover)
    feet = metal(rng) if rng.random() < 0.4 else wood(rng)
    for x, y in ((outer, rear), (outer, -rear), (-outer, rear), (-outer, rear - deep), (outer - side * deep, -rear)):
        middle = (turn[0], 0.0) if abs(x - turn[0]) < deep else (0.0, run[1])
        at = (x + 0.08 * np.sign(middle[0] - x), y + 0.08 * np.sign(middle[1] - y), 0)
        item.add(meshes.cylinder(0.025, foot + 0.02, at, 10), feet)
    _pillows(item, rng, open_end * 0.8, rear - wall - 0.3, seat, 3)
    return item


@design("sofa")
def pleated(rng: np.random.Generator) -> Item:
    """Low foam without arms or legs: soft rolls side by side over seat and back."""
    item, cover = Item("sofa", against_wall=True), upholstery(rng, 0.75)
    width, depth, seat = rng.uniform(1.35, 1.95), rng.uniform(0.84, 0.98), rng.uniform(0.34, 0.4)
    high, fat = rng.uniform(0.66, 0.78), rng.uniform(0.17, 0.22)
    rear = depth / 2 - rng.uniform(0.16, 0.24)
    modules = int(rng.choice([1, 1, 2, 3]))
    each, rolls, tiers = width / modules, int(rng.integers(2, 4 if modules < 3 else 3)), int(rng.integers(2, 4))
    profile = [(-depth / 2 + 0.04, 0.0), (depth / 2 - 0.06, 0.0), (depth / 2 - 0.03, high * 0.6)]
    profile += [(rear + 0.1, high - 0.1), (rear, seat), (-depth / 2 + 0.06, seat - fat * 0.7)]
    for index in range(modules):
        x = -width / 2 + each * (index + 0.5)
        item.add(along_x(profile, each - 0.05, x), cover)
        step = (rear + depth / 2 - 0.03) / rolls
        for number in range(rolls):
            at = (x, -depth / 2 + step * (number + 0.5), seat - fat + 0.02 * (number == 0))
            item.add(meshes.rounded_box((each - 0.012, step + 0.05, fat), 0.085, at, tilt=0.0), cover)
        front = (x, -depth / 2 + 0.08, 0.0)
        item.add(meshes.rounded_box((each - 0.02, 0.16, seat - fat * 0.5), 0.06, front), cover)
        tall = (high - seat + 0.04) / tiers
        for tier in range(tiers):
            at = (x, rear + 0.02 + 0.1 * tier / tiers, seat - 0.05 + tier * tall)
            item.add(meshes.rounded_box((each - 0.012, 0.2, tall + 0.05), 0.09, at, tilt=0.3), cover)
    return item


@design("sofa")
def tubular(rng: np.random.Generator) -> Item:
    """Square cushions held in a cage of steel tubes."""
    item, steel = Item("sofa", against_wall=True), metal(rng)
    cover = upholstery(rng, 0.35)
    count, each, depth = int(rng.integers(2, 4)), rng.uniform(0.52, 0.62), rng.uniform(0.7, 0.8)
    arm, radius, base = rng.uniform(0.12, 0.17), rng.uniform(0.012, 0.019), rng.uniform(0.1, 0.16)
    seat, top = rng.uniform(0.41, 0.46), rng.uniform(0.58, 0.64)
    high = rng.uniform(0.72, 0.8)
    inner, rear = count * each, depth / 2 - 0.17
    half, reach = inner / 2 + arm + radius, depth / 2 - radius
    for side in (-1, 1):
        x = side * half
        for y in (-reach, reach):
            item.add(meshes.rod((x, y, 0), (x, y, top if y < 0 else high - 0.1), radius), steel)
        path = [(x, -reach, top - 0.04), (x, -reach, top), (x, reach, top)]
        item.add(tube(smooth(path, 2, 0.2), radius), steel)
        item.add(meshes.rod((x, -reach, base), (x, reach, base), radius), steel)
        at = (side * (inner + arm) / 2, -0.01, base + radius)
        item.add(meshes.rounded_box((arm - 0.005, depth - 4 * radius, top + 0.02 - base), 0.035, at), cover)
    for z in (base, high - 0.1):
        item.add(meshes.rod((-half, reach, z), (half, reach, z), radius), steel)
    item.add(meshes.rod((-half, -reach, base), (half, -reach, base), radius), steel)
    slab = (seat - base) / 2
    for index in range(count):
        x = -inner / 2 + each * (index + 0.5)
        for low, gap in ((base + radius, 0.004), (base + radius + slab, 0.012)):
            size = (each - gap, rear + depth / 2 - 2 * radius, slab)
            item.add(meshes.rounded_box(size, 0.035, (x, (rear - depth / 2) / 2 + radius, low)), cover)
        size = (each - 0.01, 0.15, high - base - 0.02)
        item.add(meshes.rounded_box(size, 0.04, (x, rear + 0.07, base + radius), tilt=0.02), cover)
    item.color = cover.color.name
    return item


@design("sofa")
def skirted(rng: np.random.Generator) -> Item:
    """A loose cover with a pleated skirt down to the floor; soft low arms, round at the top."""
    item, cover = Item("sofa", against_wall=True), fabric(rng)
    count, depth = int(rng.integers(1, 4)), rng.uniform(0.82, 0.94)
    inner = rng.uniform(1.15, 1.4) if count < 3 else rng.uniform(1.5, 1.8)
    arm, hem, seat = rng.uniform(0.15, 0.22), rng.uniform(0.15, 0.24), rng.uniform(0.43, 0.49)
    top, back, base = rng.uniform(0.55, 0.62), rng.uniform(0.8, 0.92), 0.3
    width, rear = inner + 2 * arm, depth / 2 - 0.2
    pleats, deep = int(rng.integers(30, 60)), rng.uniform(0.004, 0.012)
    angle = np.arange(2 * pleats) * np.pi / pleats
    rings = []
    for z, wave, out in ((0.004, 1.0, 0.012), (hem * 0.6, 0.7, 0.006), (hem, 0.1, 0.0), (hem + 0.01, 0.0, -0.03)):
        loop = meshes.ring(width / 2 + out, depth / 2 + out, z, 2 * pleats, 14)
        outwards = np.column_stack([np.cos(angle), np.sin(angle), np.zeros(2 * pleats)])
        rings.append(loop + outwards * (np.arange(2 * pleats) % 2 * 2 - 1)[:, None] * deep * wave)
    item.add(meshes.loft(rings), cover)
    item.add(meshes.rounded_box((width - 0.01, depth - 0.01, base - hem + 0.03), 0.03, (0, 0, hem - 0.02)), cover)
    round_top = rng.uniform(0.45, 0.62)
    for side in (-1, 1):
        swing = np.linspace(-0.25, np.pi + 0.25, 11)
        radius = arm * round_top
        curve = np.column_stack([radius * np.cos(swing), top - radius + radius * np.sin(swing)])
        low = [(-arm / 2 + 0.012, hem), (arm / 2 - 0.012, hem)]
        profile = np.concatenate([low, curve]) + np.array([side * (inner + arm) / 2, 0.0])
        item.add(along_y([(x, z) for x, z in profile], depth - 0.04, -0.01), cover)
    item.add(meshes.rounded_box((width - 0.1, 0.2, back - 0.1 - hem), 0.08, (0, rear + 0.08, hem), tilt=0.08), cover)
    each = inner / count
    for index in range(count):
        x = -inner / 2 + each * (index + 0.5)
        size = (each - 0.008, depth - 0.2, seat - base + 0.02)
        item.add(meshes.rounded_box(size, 0.055, (x, -0.09, base - 0.02)), cover)
    loose = max(count, 2)
    each, tilt = inner / loose, rng.uniform(0.16, 0.3)
    for index in range(loose if rng.random() < 0.75 else 0):
        x = -inner / 2 + each * (index + 0.5)
        size, at = (each - 0.01, 0.2, back - seat), (x, rear - 0.06, seat - 0.02)
        item.add(meshes.rounded_box(size, 0.09, at, tilt=tilt), cover)
    _pillows(item, rng, inner, rear - 0.22, seat)
    return item
