# SPDX-License-Identifier: Apache-2.0
"""The bounded local voxel map.

A voxel has a row. Rows are stable while frames are integrated and renumbered only when voxels are forgotten, so that
whatever a model wants remembered by voxel (its *evidence*, opaque here) costs nothing on a frame that adds geometry.
Positions and colours are kept as integer sums: the result does not depend on the order of points, and is the same on
CPU and GPU.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from xmask3d_ros.mapping.config import MapConfig
from xmask3d_ros.mapping.keys import pack, unpack

_SUBDIVISIONS = 1024
"""A point's place inside its voxel is kept in this many steps an axis."""
_COUNT_LIMIT = 1 << 16
"""At this many points a voxel's sums are halved: a running mean that cannot overflow 32 bits."""
_SUPPORT_STEPS = 1 << 16
"""Support is kept in this many steps a voxel face."""
_SUPPORT_LIMIT = 1 << 30
_EVICTION_PERIOD_NS = 1_000_000_000
"""Radius and age are enforced once in this time of image stamps."""

Tensors = dict[str, Tensor]
"""Named tensors; what they mean is the model's business."""


@dataclass
class StoredView:
    """Evidence of one view, kept whole."""

    stamp_ns: int
    """Stamp of the view's image."""
    rows: Tensor
    """(N,) int64 rows of the voxels the view speaks of."""
    by_voxel: Tensors
    """Tensors with leading dimension N, one entry a voxel."""
    by_view: Tensors = field(default_factory=dict)
    """Tensors about the view as a whole."""

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        tensors = [self.rows, *self.by_voxel.values(), *self.by_view.values()]
        return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


class VoxelMap:
    """Voxels around the camera: mean position, mean colour, and opaque evidence by voxel."""

    def __init__(self, config: MapConfig, device: torch.device | str = "cpu") -> None:
        self.config = config
        self.device = torch.device(device)
        self.forgotten = 0
        """Voxels forgotten since the start or the last :meth:`clear`."""
        self.forgotten_views = 0
        """Views forgotten for newer ones since then."""
        self.orphaned = 0
        """Voxels whose last view was among these: they stay, without evidence, until they are seen again."""
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._count = 0
        self._columns: Tensors = {
            "key": torch.empty(0, dtype=torch.int64, device=self.device),
            "position": torch.empty((0, 3), dtype=torch.int32, device=self.device),
            "color": torch.empty((0, 3), dtype=torch.int32, device=self.device),
            "points": torch.empty(0, dtype=torch.int32, device=self.device),
            "support": torch.empty(0, dtype=torch.int32, device=self.device),
            "last_seen_ns": torch.empty(0, dtype=torch.int64, device=self.device),
        }
        self._layers: Tensors = {}
        self._sorted_keys = torch.empty(0, dtype=torch.int64, device=self.device)
        self._sorted_rows = torch.empty(0, dtype=torch.int64, device=self.device)
        self.views: dict[int, StoredView] = {}
        """Views kept whole, by number, oldest first."""
        self._next_view = 0
        self._last_eviction_ns: int | None = None
        self.forgotten = self.forgotten_views = self.orphaned = 0

    def __len__(self) -> int:
        return self._count

    # ------------------------------------------------------------------------------------------------- geometry

    def integrate(self, points: Tensor, colors: Tensor, areas: Tensor, camera_position: Tensor, stamp_ns: int) -> None:
        """Merge one frame's points and forget what lies beyond the bounds.

        Args:
            points: (N, 3) float64 metres in the fixed frame; finite.
            colors: (N, 3) uint8 RGB.
            areas: (N,) float64 square metres of surface that each point stands for.
            camera_position: (3,) float64 metres in the fixed frame, centre of the radius bound.
            stamp_ns: stamp of the frame.
        """
        if len(points):
            scaled = points.to(self.device, torch.float64) / self.config.voxel_size
            indices = torch.floor(scaled)
            inside = ((scaled - indices) * _SUBDIVISIONS).to(torch.int32)
            keys, voxel_of_point = torch.unique(pack(indices.to(torch.int64)), return_inverse=True)
            color, one = colors.to(self.device, torch.int32), torch.ones_like(voxel_of_point, dtype=torch.int32)
            hit = self._rows_for(keys)
            rows = hit[voxel_of_point]
            self._columns["position"].index_add_(0, rows, inside)
            self._columns["color"].index_add_(0, rows, color)
            self._columns["points"].index_add_(0, rows, one)
            self._columns["support"][hit] = self._with_support(hit, voxel_of_point, areas)
            self._columns["last_seen_ns"][hit] = stamp_ns
            self._halve_full(hit)
        self._enforce_bounds(camera_position.to(self.device, torch.float64), stamp_ns)

    def _with_support(self, hit: Tensor, voxel_of_point: Tensor, areas: Tensor) -> Tensor:
        """Support of the rows ``hit`` after adding points' areas; summed in 64 bits, so that no crowd can overflow."""
        faces = (areas.to(self.device) * (_SUPPORT_STEPS / self.config.voxel_size**2)).round().to(torch.int64)
        total = self._columns["support"][hit].to(torch.int64).index_add_(0, voxel_of_point, faces)
        return total.clamp(max=_SUPPORT_LIMIT).to(torch.int32)

    def _rows_for(self, keys: Tensor) -> Tensor:
        """Rows of sorted unique keys; new voxels get new rows."""
        rows = self.rows_of(keys)
        new = keys[rows < 0]
        if len(new):
            # All that may fail for want of memory comes first: nothing has changed then.
            count = self._count + len(new)
            rows[rows < 0] = torch.arange(self._count, count, device=self.device)
            index = torch.sort(torch.cat([self.keys, new]))
            columns, layers = self._grown(self._columns, count), self._grown(self._layers, count)
            columns["key"][self._count : count] = new
            self._columns, self._layers, self._count = columns, layers, count
            self._sorted_keys, self._sorted_rows = index
        return rows

    def _grown(self, table: Tensors, count: int) -> Tensors:
        """A table with room for ``count`` rows: the same if it has it, else a copy; added rows are zero."""
        capacity = len(self._columns["key"])
        if count <= capacity:
            return table
        capacity = max(count, min(2 * capacity, self.config.max_voxels), 1024)
        grown = {name: column.new_zeros((capacity, *column.shape[1:])) for name, column in table.items()}
        for name, column in table.items():
            grown[name][: len(column)] = column
        return grown

    def _halve_full(self, rows: Tensor) -> None:
        full = rows[self._columns["points"][rows] >= _COUNT_LIMIT]
        if len(full):
            for name in ("position", "color", "points"):
                self._columns[name][full] //= 2

    def rows_of(self, keys: Tensor) -> Tensor:
        """Rows of voxels: (N,) int64 keys -> (N,) int64, -1 where the map holds no such voxel."""
        if not self._count:
            return torch.full_like(keys, -1)
        place = torch.searchsorted(self._sorted_keys, keys).clamp_(max=self._count - 1)
        return torch.where(self._sorted_keys[place] == keys, self._sorted_rows[place], -1)

    @property
    def keys(self) -> Tensor:
        """(V,) int64 key of each row."""
        return self._columns["key"][: self._count]

    @property
    def positions(self) -> Tensor:
        """(V, 3) float64 mean position of each row's points, metres in the fixed frame."""
        count = self._points.to(torch.float64)
        inside = (self._columns["position"][: self._count].to(torch.float64) / count + 0.5) / _SUBDIVISIONS
        return (unpack(self.keys).to(torch.float64) + inside) * self.config.voxel_size

    @property
    def _points(self) -> Tensor:
        """(V, 1) int32, 1 for a row without points: a frame that failed for want of memory may leave some."""
        return self._columns["points"][: self._count, None].clamp(min=1)

    @property
    def colors(self) -> Tensor:
        """(V, 3) uint8 mean colour of each row's points."""
        count = self._points
        return torch.div(self._columns["color"][: self._count] + count // 2, count, rounding_mode="floor").to(
            torch.uint8
        )

    @property
    def supported(self) -> Tensor:
        """(V,) bool: rows whose readings cover enough of a voxel's face to be taken for a surface."""
        return self._columns["support"][: self._count] >= self.config.min_support * _SUPPORT_STEPS

    @property
    def last_seen_ns(self) -> Tensor:
        """(V,) int64 stamp of the newest frame that hit each row."""
        return self._columns["last_seen_ns"][: self._count]

    # ------------------------------------------------------------------------------------------------- evidence

    @property
    def layers(self) -> Tensors:
        """Evidence with one entry a voxel: name -> (V, ...); rows never written are zero."""
        return {name: layer[: self._count] for name, layer in self._layers.items()}

    def write(self, rows: Tensor, values: Tensors) -> None:
        """Set entries of layers, creating layers on first use.

        Args:
            rows: (N,) int64.
            values: name -> (N, ...); the first write fixes a layer's shape and dtype.
        """
        capacity = len(self._columns["key"])
        self._layers |= {  # all of them or, for want of memory, none
            name: torch.zeros((capacity, *value.shape[1:]), dtype=value.dtype, device=self.device)
            for name, value in values.items()
            if name not in self._layers
        }
        for name, value in values.items():
            self._layers[name][rows] = value

    def merge(self, keys: Tensor, values: Tensors, combine: Callable[[Tensors, Tensors], Tensors]) -> Tensor:
        """Fold one view's evidence into the layers.

        Args:
            keys: (N,) int64 unique; voxels forgotten since the view was taken are left out.
            values: name -> (N, ...) the view's evidence.
            combine: (stored, new) -> stored; both name -> (M, ...). ``stored`` is zero where nothing was written yet.

        Returns:
            (M,) int64 rows that changed.
        """
        rows = self.rows_of(keys)
        kept = rows >= 0
        rows = rows[kept]
        new = {name: value[kept] for name, value in values.items()}
        self.write(rows[:0], {name: value[:0] for name, value in new.items()})
        self.write(rows, combine({name: self._layers[name][rows] for name in new}, new))
        return rows

    def add_view(self, keys: Tensor, by_voxel: Tensors, by_view: Tensors, stamp_ns: int) -> int:
        """Keep one view's evidence whole; returns the view's number. Where they are too many, another one goes.

        Args:
            keys: (N,) int64 voxels the view speaks of; those forgotten meanwhile are left out.
            by_voxel: name -> (N, ...).
            by_view: name -> tensors about the view as a whole.
            stamp_ns: stamp of the view's image.
        """
        rows = self.rows_of(keys)
        kept = rows >= 0
        number, self._next_view = self._next_view, self._next_view + 1
        kept_by_voxel = {name: value[kept] for name, value in by_voxel.items()}
        self.views[number] = StoredView(stamp_ns, rows[kept], kept_by_voxel, by_view)
        if len(self.views) > self.config.max_views:
            self._forget_a_view()
        return number

    def _forget_a_view(self) -> None:
        """Forget the view, but for the newest, that fewest voxels depend on; of several the oldest.

        A camera that stands still therefore pushes out its own views, not those of what it saw before.
        """
        numbers, views = zip(*self.views.items(), strict=True)
        rows = torch.cat([view.rows for view in views])
        lengths = torch.tensor([len(view.rows) for view in views], device=self.device)
        view_of_row = torch.repeat_interleave(torch.arange(len(views), device=self.device), lengths)
        single = torch.bincount(rows, minlength=self._count)[rows] == 1
        depending = torch.bincount(view_of_row[single], minlength=len(views))[:-1].tolist()
        least = min(depending)
        del self.views[numbers[depending.index(least)]]
        self.forgotten_views += 1
        self.orphaned += least

    @property
    def nbytes(self) -> int:
        """Bytes in use by voxels, their index, layers and views."""
        per_row = sum(
            column.element_size() * column[:1].numel() if len(column) else 0
            for column in (*self._columns.values(), *self._layers.values())
        )
        return (per_row + 16) * self._count + sum(view.nbytes for view in self.views.values())

    # -------------------------------------------------------------------------------------------------- bounds

    def _enforce_bounds(self, camera_position: Tensor, stamp_ns: int) -> None:
        due = self._last_eviction_ns is None or abs(stamp_ns - self._last_eviction_ns) >= _EVICTION_PERIOD_NS
        overfull = self._count > self.config.max_voxels
        if not (due or overfull):
            return
        self._last_eviction_ns = stamp_ns
        keep = torch.ones(self._count, dtype=torch.bool, device=self.device)
        if self.config.radius > 0:
            distance = torch.linalg.vector_norm(self.positions - camera_position, dim=1)
            keep &= distance <= self.config.radius
        if self.config.max_age > 0:
            keep &= self.last_seen_ns >= stamp_ns - int(self.config.max_age * 1e9)
        surplus = int(keep.sum()) - self.config.max_voxels
        if surplus > 0:
            # Forget a little more than the surplus, so that a full map does not sort at every frame.
            surplus = min(surplus + self.config.max_voxels // 20, int(keep.sum()) - 1)
            candidates = torch.nonzero(keep).flatten()
            by_key = candidates[torch.argsort(self.keys[candidates])]
            oldest = by_key[torch.argsort(self.last_seen_ns[by_key], stable=True)[:surplus]]
            keep[oldest] = False
        if not bool(keep.all()):
            self._forget_all_but(keep)

    def _forget_all_but(self, keep: Tensor) -> None:
        """Renumber the rows; takes room for a second copy of what is kept.

        Where memory is short for that, the map is as it was, at most without evidence of voxels to be forgotten.
        """
        # Views one by one, since they are most of the memory: what is left of one may have the old numbers for now.
        for number, view in list(self.views.items()):
            alive = keep[view.rows]
            if not bool(alive.any()) and len(alive):
                del self.views[number]
            elif not bool(alive.all()):
                by_voxel = {name: value[alive] for name, value in view.by_voxel.items()}
                view.rows, view.by_voxel = view.rows[alive], by_voxel
        kept_rows = torch.nonzero(keep).flatten()
        new_row = torch.full((self._count,), -1, dtype=torch.int64, device=self.device)
        new_row[kept_rows] = torch.arange(len(kept_rows), device=self.device)
        columns, layers = (
            {name: column[kept_rows] for name, column in table.items()} for table in (self._columns, self._layers)
        )
        index = torch.sort(columns["key"])
        rows_of_views = [new_row[view.rows] for view in self.views.values()]
        # From here on nothing can fail.
        self.forgotten += self._count - len(kept_rows)
        self._columns, self._layers, self._count = columns, layers, len(kept_rows)
        self._sorted_keys, self._sorted_rows = index
        for view, rows in zip(self.views.values(), rows_of_views, strict=True):
            view.rows = rows
