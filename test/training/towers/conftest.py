# SPDX-License-Identifier: Apache-2.0
"""Two small rooms with pairs, and towers of a few channels trained on them for a moment."""

import json
import sys
from pathlib import Path

import pytest
from small_model import small_config

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from synthetic_root import write_synthetic_root

from xmask3d_training.cli import main


@pytest.fixture(scope="session")
def rooms(tmp_path_factory) -> Path:
    """A data root with a training room and a held-out room of three views each, and their pairs."""
    root = write_synthetic_root(tmp_path_factory.mktemp("towers") / "data")
    assert main(["towers", "pairs", "--data", str(root), "--processes", "1"]) == 0
    return root


@pytest.fixture(scope="session")
def sizes(tmp_path_factory) -> Path:
    """Folder with the configuration of the small network."""
    folder = tmp_path_factory.mktemp("sizes")
    (folder / "config.json").write_text(json.dumps(small_config().to_dict()))
    return folder


@pytest.fixture(scope="session")
def settings(rooms, sizes):
    """Command-line settings of a tower's run of ``epochs`` epochs with three steps each."""

    def of(tower: str, run: Path, epochs: int = 4, **changes: object) -> list[str]:
        values = {
            "data.root": rooms,
            "data.batch_size": 1,
            "data.workers": 0,
            "model.optimiser.warm_up": 1,
            "model.optimiser.learning_rate": 0.003,
            "trainer.max_epochs": epochs,
            "trainer.accelerator": "cpu",
            "trainer.log_every_n_steps": 1,
            "trainer.check_val_every_n_epoch": epochs,
            "trainer.enable_progress_bar": "false",
            "trainer.enable_model_summary": "false",
            "trainer.default_root_dir": run,
            **({"model.sizes": sizes} if tower != "diffusion" else {}),
            **({"data.crop_size": 16} if tower == "clip" else {}),
            **({"data.patch": 32} if tower == "vae" else {}),
            **{name.replace("__", "."): value for name, value in changes.items()},
        }
        return [tower, "fit", *(f"--{name}={value}" for name, value in values.items())]

    return of


@pytest.fixture(scope="session")
def clip_run(settings, tmp_path_factory) -> Path:
    """Folder of a finished run of CLIP."""
    run = tmp_path_factory.mktemp("clip")
    assert main(["towers", *settings("clip", run, epochs=8)]) == 0
    return run


@pytest.fixture(scope="session")
def vae_run(settings, tmp_path_factory) -> Path:
    """Folder of a finished run of the VAE."""
    run = tmp_path_factory.mktemp("vae")
    assert main(["towers", *settings("vae", run, epochs=8)]) == 0
    return run


@pytest.fixture(scope="session")
def diffusion_run(settings, vae_run, tmp_path_factory) -> Path:
    """Folder of a finished run of the UNet."""
    run = tmp_path_factory.mktemp("diffusion")
    changes = {"model__vae": vae_run / "tower", "data__batch_size": 3}
    assert main(["towers", *settings("diffusion", run, epochs=8, **changes)]) == 0
    return run


@pytest.fixture(scope="session")
def towers(clip_run, diffusion_run, tmp_path_factory) -> Path:
    """Folder of both towers."""
    out = tmp_path_factory.mktemp("joined") / "towers"
    folders = [str(run / "tower") for run in (clip_run, diffusion_run)]
    assert main(["towers", "join", *folders, "--out", str(out)]) == 0
    return out
