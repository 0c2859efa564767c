# SPDX-License-Identifier: Apache-2.0
"""The seven base/novel benchmarks of the paper: split, test-time constants, published numbers (METHODS 1.3, 1.17)."""

from __future__ import annotations

from dataclasses import dataclass

from xmask3d_ros.evaluation.label_sets import S3DIS, SCANNET20, SCANNET200, LabelSet


@dataclass(frozen=True)
class PaperRow:
    """A row of the paper's tables, in percent."""

    hiou: float
    base: float
    novel: float


@dataclass(frozen=True)
class Benchmark:
    """A label set split into classes that are annotated in training (base) and classes that are not (novel)."""

    name: str
    """Name of its configuration, for instance ``scannet_b12n7``."""
    title: str
    """As the paper writes it."""
    labels: LabelSet
    """Classes."""
    novel: tuple[int, ...]
    """Labels of the novel classes, ascending."""
    paper: PaperRow
    """XMask3D's published result."""
    novel_exponent: float = 0.35
    """r_n of METHODS 1.14; r_b is 0.65 everywhere."""
    base_exponent: float = 0.65
    """r_b."""
    most_points: int = 10_000_000
    """Evaluation skips a frame that sees more points than this (``val_keep``)."""

    def __post_init__(self) -> None:
        if sorted(set(self.novel)) != list(self.novel) or not 0 <= self.novel[0] <= self.novel[-1] < self.classes:
            raise ValueError(f"benchmark {self.name}: novel labels must be ascending and below {self.classes}")

    @property
    def classes(self) -> int:
        """Number of evaluated classes."""
        return len(self.labels.names)

    @property
    def base(self) -> tuple[int, ...]:
        """Labels of the base classes, ascending."""
        return tuple(label for label in range(self.classes) if label not in self.novel)

    @property
    def base_names(self) -> tuple[str, ...]:
        """Names of the base classes in label order: the classes a network is trained on."""
        return tuple(self.labels.names[label] for label in self.base)

    @property
    def novel_names(self) -> tuple[str, ...]:
        """Names of the novel classes in label order."""
        return tuple(self.labels.names[label] for label in self.novel)


_B170N30_NOVEL = (
    11, 22, 27, 30, 31, 39, 41, 43, 47, 56, 62, 64, 81, 87, 93, 95, 99, 102, 112, 114, 133, 134, 135, 144, 161, 170,
    176, 179, 192, 199,
)  # fmt: skip
_B150N50_NOVEL = (
    5, 14, 16, 21, 25, 27, 30, 37, 40, 41, 43, 51, 53, 56, 60, 64, 69, 73, 80, 81, 84, 86, 88, 89, 91, 100, 102, 104,
    105, 108, 115, 120, 123, 135, 139, 142, 148, 149, 151, 152, 154, 162, 165, 173, 177, 178, 180, 190, 195, 196,
)  # fmt: skip

# S3DIS B6/N6: the paper's table 4 prints sofa as novel and bookcase as base, but its table 5 adds up only the other way
# round, which is also the split of PLA, where it comes from.
BENCHMARKS: dict[str, Benchmark] = {
    benchmark.name: benchmark
    for benchmark in (
        Benchmark("scannet_b15n4", "ScanNet B15/N4", SCANNET20, (5, 9, 12, 16), PaperRow(70.0, 69.8, 70.2)),
        Benchmark(
            "scannet_b12n7", "ScanNet B12/N7", SCANNET20, (3, 4, 6, 9, 10, 17, 18), PaperRow(61.7, 70.2, 55.1),
            most_points=65_000,
        ),
        Benchmark(
            "scannet_b10n9", "ScanNet B10/N9", SCANNET20, (9, 10, 11, 12, 14, 15, 16, 17, 18),
            PaperRow(55.7, 76.5, 43.8), novel_exponent=0.20,
        ),
        Benchmark(
            "scannet200_b170n30", "ScanNet200 B170/N30", SCANNET200, _B170N30_NOVEL, PaperRow(18.0, 27.8, 13.3),
            novel_exponent=0.25,
        ),
        Benchmark("scannet200_b150n50", "ScanNet200 B150/N50", SCANNET200, _B150N50_NOVEL, PaperRow(15.5, 24.4, 11.4)),
        Benchmark("s3dis_b8n4", "S3DIS B8/N4", S3DIS, (5, 7, 9, 10), PaperRow(46.8, 63.1, 37.2)),
        Benchmark("s3dis_b6n6", "S3DIS B6/N6", S3DIS, (1, 5, 6, 7, 10, 11), PaperRow(44.9, 52.8, 39.1)),
    )
}  # fmt: skip
"""By name. S3DIS's exponents are ScanNet's, for want of published ones."""


def benchmark(name: str) -> Benchmark:
    """The benchmark of that name; ``ValueError`` lists the known ones."""
    if name not in BENCHMARKS:
        raise ValueError(f"unknown benchmark {name!r}; known are {', '.join(BENCHMARKS)}")
    return BENCHMARKS[name]
