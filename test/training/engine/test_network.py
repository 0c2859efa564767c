# SPDX-License-Identifier: Apache-2.0
"""What a benchmark changes of a model's configuration, and what it leaves alone."""

from dataclasses import replace

from small_model import small_config, small_model

from xmask3d_ros.evaluation.benchmarks import benchmark
from xmask3d_ros.model.checkpoint import save_model
from xmask3d_ros.model.config import ScoringConfig
from xmask3d_training.engine.network import for_benchmark, trained_network


def test_a_benchmark_gives_classes_and_exponents_and_keeps_the_gate():
    own = small_config(scoring=ScoringConfig(0.1, 0.9, gate="soft", background="none"))
    entry = benchmark("scannet_b10n9")
    changed = for_benchmark(own, entry, "2d")
    assert changed.scoring == ScoringConfig(entry.base_exponent, entry.novel_exponent, gate="soft", background="none")
    assert changed.base_classes == entry.base_names and changed.captioner.source == "2d"
    assert replace(changed, scoring=own.scoring, base_classes=own.base_classes, captioner=own.captioner) == own


def test_a_trained_model_keeps_all_but_the_order_of_its_classes(tmp_path):
    entry = benchmark("scannet_b15n4")
    captioner = replace(small_config().captioner, source="2d")
    scoring = ScoringConfig(0.1, 0.9, gate="soft")
    own = small_model(captioner=captioner, scoring=scoring, base_classes=entry.base_names[::-1])
    save_model(own, tmp_path, include_frozen=True)
    trained = trained_network(tmp_path, entry).config
    assert trained.captioner == captioner and trained.scoring == scoring
    assert trained.base_classes == entry.base_names, "in the benchmark's order, which labels follow"
    assert replace(trained, base_classes=own.config.base_classes) == own.config
