# SPDX-License-Identifier: Apache-2.0
"""What a benchmark changes of a model's configuration, and what it leaves alone."""

from dataclasses import replace

from small_model import small_config

from xmask3d_ros.evaluation.benchmarks import benchmark
from xmask3d_ros.model.config import ScoringConfig
from xmask3d_training.engine.network import for_benchmark


def test_a_benchmark_gives_classes_and_exponents_and_keeps_the_gate():
    own = small_config(scoring=ScoringConfig(0.1, 0.9, gate="soft", background="none"))
    entry = benchmark("scannet_b10n9")
    changed = for_benchmark(own, entry, "2d")
    assert changed.scoring == ScoringConfig(entry.base_exponent, entry.novel_exponent, gate="soft", background="none")
    assert changed.base_classes == entry.base_names and changed.captioner.source == "2d"
    assert replace(changed, scoring=own.scoring, base_classes=own.base_classes, captioner=own.captioner) == own
    assert for_benchmark(own, entry, None).captioner == own.captioner


def test_a_model_of_the_benchmarks_split_keeps_its_exponents():
    entry = benchmark("scannet_b15n4")
    own = small_config(scoring=ScoringConfig(0.1, 0.9), base_classes=entry.base_names[::-1])
    changed = for_benchmark(own, entry, None)
    assert changed.scoring == own.scoring
    assert changed.base_classes == entry.base_names, "in the benchmark's order, which labels follow"
