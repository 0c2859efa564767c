# SPDX-License-Identifier: Apache-2.0
"""What a benchmark changes of a model's configuration, and what it leaves alone."""

from dataclasses import replace

import pytest
import torch
from small_model import small_config, small_model

from xmask3d_ros.evaluation.benchmarks import benchmark
from xmask3d_ros.model.checkpoint import save_model
from xmask3d_ros.model.config import ScoringConfig
from xmask3d_training.engine.errors import SettingsError
from xmask3d_training.engine.network import for_benchmark, start_from, trained_network


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


def test_what_was_learned_with_frozen_parts_of_other_sizes_is_refused(tmp_path):
    entry = benchmark("scannet_b15n4")
    source = small_model(base_classes=entry.base_names)
    save_model(source, tmp_path, include_frozen=True)
    same = small_model(1, base_classes=entry.base_names)
    start_from(same, tmp_path, entry)
    assert torch.equal(same.null_embedding, source.null_embedding)
    wider = replace(small_config().clip, embedding_channels=32)
    other = small_model(1, clip=wider, base_classes=entry.base_names)
    before = {name: value.clone() for name, value in other.state_dict().items()}
    with pytest.raises(SettingsError, match=r"is [0-9x]*24[0-9x]* in .* and [0-9x]*32[0-9x]* in model.network"):
        start_from(other, tmp_path, entry)
    assert all(torch.equal(value, before[name]) for name, value in other.state_dict().items())
