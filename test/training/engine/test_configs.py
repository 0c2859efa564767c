# SPDX-License-Identifier: Apache-2.0
"""The configurations hold the published settings, and the command line reaches them."""

import inspect
import sys
from pathlib import Path

import pytest
import yaml
from lightning.pytorch import Trainer

from xmask3d_ros import cli
from xmask3d_ros.evaluation.benchmarks import BENCHMARKS
from xmask3d_training import cli as training_cli
from xmask3d_training.data.config import DataConfig
from xmask3d_training.engine.cli import SETTINGS, TrainingCLI
from xmask3d_training.losses.config import LOSSES

CONFIGS = Path(training_cli.__file__).resolve().parents[1] / "configs"


class ParsedOnly(TrainingCLI):
    """Builds nothing, runs nothing."""

    def instantiate_classes(self) -> None:
        pass

    def _run_subcommand(self, subcommand: str) -> None:
        pass


class NotInstalled:
    """Finds that there is no training package."""

    def find_spec(self, name, path=None, target=None) -> None:
        if name == "xmask3d_training":
            raise ModuleNotFoundError(name=name)


def parsed(*arguments: str):
    return ParsedOnly(args=["fit", *arguments], **SETTINGS).config["fit"]


def test_there_is_one_for_each_benchmark():
    assert sorted(path.stem for path in CONFIGS.glob("*.yaml")) == sorted(BENCHMARKS)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_settings_are_the_published_ones(name):
    settings = parsed(f"--config={CONFIGS / name}.yaml")
    assert vars(settings.model.losses) == vars(LOSSES[name])
    assert (settings.model.benchmark, settings.model.network, settings.model.condition) == (name, "xmask3d", "3d")
    optimiser = settings.model.optimiser
    assert (optimiser.learning_rate, optimiser.learning_rate_3d) == (1e-4, 1e-3)
    assert (optimiser.weight_decay, optimiser.warm_up) == (0.01, 0)
    trainer = settings.trainer
    assert (trainer.max_epochs, trainer.precision, trainer.gradient_clip_val) == (150, "32-true", None)
    assert (trainer.use_distributed_sampler, trainer.sync_batchnorm) == (False, False)
    data, plain = settings.data, DataConfig(Path("data"))
    assert (data.batch_size, data.repeats, data.most_points) == (64, 16, 65_000)
    assert (data.augment_training, data.random_offset, data.usable_points) == (
        plain.augment_training, plain.random_offset, plain.usable_points,
    )  # fmt: skip
    assert settings.seed_everything == settings.model.seed == settings.data.seed == 5557
    assert settings.checkpoint.dirpath == f"runs/{name}/checkpoints" and settings.checkpoint.save_last is True


def test_comments_name_the_papers_row():
    for name, made in BENCHMARKS.items():
        first = (CONFIGS / f"{name}.yaml").read_text().splitlines()[0]
        assert first.startswith(f"# {made.title}: {len(made.base)} base and {len(made.novel)} novel")
        assert f"hIoU {made.paper.hiou}, base {made.paper.base}, novel {made.paper.novel}" in first


def test_a_setting_on_the_command_line_wins():
    path = CONFIGS / "scannet_b15n4.yaml"
    settings = parsed(f"--config={path}", "--model.losses.mask_3d=0", "--seed_everything=3", "--data.batch_size=8")
    assert settings.model.losses.mask_3d == 0 and settings.model.losses.binary == 16
    assert settings.data.seed == 3 and settings.data.batch_size == 8


def test_every_setting_of_a_file_is_known_to_the_trainer():
    known = inspect.signature(Trainer.__init__).parameters
    for path in CONFIGS.glob("*.yaml"):
        assert set(yaml.safe_load(path.read_text())["trainer"]) <= set(known)


def test_the_command_hands_over(capsys):
    assert cli.main(["train"]) == 0
    assert "fit --config" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", "conquer"])
    assert ended.value.code == 2
    assert "no command 'conquer'; there are fit" in capsys.readouterr().err


def test_without_the_training_package_the_command_says_how_to_install_it(monkeypatch, capsys):
    for name in [name for name in sys.modules if name.split(".")[0] == "xmask3d_training"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [NotInstalled(), *sys.meta_path])
    assert cli.main(["train", "fit"]) == 2
    assert "pip install ./training" in capsys.readouterr().err


def test_a_wrong_data_root_is_shown_what_is_expected(settings, tmp_path, capsys):
    assert training_cli.main(["fit", *settings(tmp_path / "run", data__root=tmp_path / "nowhere")]) == 2
    assert "is no data root" in (text := capsys.readouterr().err) and "Expected:" in text


def test_a_batch_that_cannot_be_dealt_out_is_refused(settings, tmp_path, capsys):
    changed = settings(tmp_path / "run", data__batch_size=3, trainer__accumulate_grad_batches=2)
    assert training_cli.main(["fit", *changed]) == 2
    assert "make it a multiple of 2" in capsys.readouterr().err
    assert training_cli.main(["fit", *settings(tmp_path / "run", data__batch_size=64)]) == 2
    assert "fewer than one batch of 64" in capsys.readouterr().err
