# SPDX-License-Identifier: Apache-2.0
"""``xmask3d import-checkpoint``: the configuration that it writes for each split and source, and where it cannot."""

import pytest

from xmask3d_ros.cli import main
from xmask3d_ros.commands.import_checkpoint import SPLITS, official_config


@pytest.mark.parametrize(
    ("split", "classes", "novel_exponent"),
    [("b15n4", 15, 0.35), ("b12n7", 12, 0.35), ("b10n9", 10, 0.2), ("b170n30", 170, 0.25), ("b150n50", 150, 0.35)],
)
def test_a_split_gives_classes_and_exponents(split, classes, novel_exponent):
    config = official_config(SPLITS[split])
    assert len(config.base_classes) == classes
    assert (config.scoring.base_exponent, config.scoring.novel_exponent) == (0.65, novel_exponent)
    assert config.scoring.gate == "hard"
    assert config.diffusion.windows == "squash"
    assert config.voxelisation == "deterministic"


def test_paths_of_frozen_weights_hold_from_anywhere(tmp_path, monkeypatch):
    (tmp_path / "sd").mkdir()
    (tmp_path / "clip.safetensors").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    config = official_config(SPLITS["b12n7"], "sd", "clip.safetensors")
    assert config.diffusion.pretrained == str(tmp_path / "sd")
    assert config.clip.pretrained == str(tmp_path / "clip.safetensors")
    config = official_config(SPLITS["b12n7"], "somebody/stable-diffusion", "openai")
    assert (config.diffusion.pretrained, config.clip.pretrained) == ("somebody/stable-diffusion", "openai")


@pytest.mark.parametrize(
    "arguments",
    [
        ["import-checkpoint", "no.pth", "--split", "b12n7", "--out", "file/model"],
        ["export-checkpoint", "no", "file/a.pth"],
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_read(tmp_path, monkeypatch, capsys, arguments):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("of somebody else")
    assert main(arguments) == 2
    assert "cannot write to file" in capsys.readouterr().err
