# SPDX-License-Identifier: Apache-2.0
"""The objects, a family a file. ``designs`` and ``make`` give access to all of them."""

from . import (  # noqa: F401  (importing a family registers its designs)
    appliances,
    bathtubs,
    beds,
    bookshelves,
    cabinets,
    chairs,
    clutter,
    clutter_bulky,
    clutter_small,
    counters,
    curtains,
    desks,
    doors,
    more_bathtubs,
    more_beds,
    more_bookshelves,
    more_cabinets,
    more_chairs,
    more_clutter,
    more_counters,
    more_curtains,
    more_desks,
    more_doors,
    more_pictures,
    more_refrigerators,
    more_sinks,
    more_sofas,
    more_tables,
    more_toilets,
    more_windows,
    pictures,
    sinks,
    sofas,
    tables,
    toilets,
    windows,
)
from .registry import Design, design, designs, make

__all__ = ["Design", "design", "designs", "make"]
