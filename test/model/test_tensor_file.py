# SPDX-License-Identifier: Apache-2.0
"""Reading other people's weight files."""

import sys
import types
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from xmask3d_ros.model.tensor_file import TensorFileError, read_tensors

TENSORS = {"a.weight": torch.arange(6.0).reshape(2, 3), "b": torch.tensor(7)}


def assert_read(path: Path) -> None:
    found = read_tensors(path)
    assert found.keys() == TENSORS.keys()
    assert all(torch.equal(found[name], TENSORS[name]) for name in TENSORS)


def test_safetensors_and_both_kinds_of_torch_files(tmp_path):
    safetensors.torch.save_file(TENSORS, tmp_path / "a.safetensors")
    torch.save(TENSORS, tmp_path / "a.pth")
    torch.save(TENSORS, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    for name in ("a.safetensors", "a.pth", "old.pth"):
        assert_read(tmp_path / name)


def test_a_training_checkpoint_gives_its_state(tmp_path):
    torch.save({"epoch": 3, "state_dict": TENSORS, "optimizer": {}}, tmp_path / "a.pth")
    assert_read(tmp_path / "a.pth")


def test_what_stable_diffusions_training_left_behind_is_passed_over(tmp_path, monkeypatch):
    """The original checkpoint names a class of a library that need not be there, and holds numpy scalars."""
    name = "pytorch_lightning.callbacks.model_checkpoint"
    module = types.ModuleType(name)
    module.ModelCheckpoint = type("ModelCheckpoint", (), {"__module__": name})
    with monkeypatch.context() as patch:
        for parent in ("pytorch_lightning", "pytorch_lightning.callbacks"):
            patch.setitem(sys.modules, parent, types.ModuleType(parent))
        patch.setitem(sys.modules, name, module)
        left = {module.ModelCheckpoint: {"best": np.float64(0.5), "object": module.ModelCheckpoint()}}
        torch.save({"callbacks": left, "state_dict": TENSORS}, tmp_path / "a.ckpt")
    assert_read(tmp_path / "a.ckpt")


class Malicious:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self):
        return Path.touch, (self.target,)


@pytest.mark.parametrize("zipped", [True, False])
def test_code_is_refused_and_not_run(tmp_path, zipped):
    torch.save(
        {"state_dict": TENSORS, "extra": Malicious(tmp_path / "ran")},
        tmp_path / "a.pth",
        _use_new_zipfile_serialization=zipped,
    )
    with pytest.raises(TensorFileError, match=r"refused, it asks to run code"):
        read_tensors(tmp_path / "a.pth")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["a.safetensors", "a.pth"])
@pytest.mark.parametrize("kept", [0.0, 0.1, 0.5, 0.99])
def test_a_truncated_file_is_refused(tmp_path, name, kept):
    path = tmp_path / name
    if path.suffix == ".pth":
        torch.save(TENSORS, path)
    else:
        safetensors.torch.save_file(TENSORS, path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    with pytest.raises(TensorFileError, match=r"a\.(pth|safetensors): "):
        read_tensors(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([1, 2], "holds list"),
        ({}, "holds dict"),
        ({"a": 1}, "entry 'a' is int"),
        ({3: torch.ones(1)}, "entry 3 is Tensor"),
    ],
)
def test_anything_but_named_tensors_is_refused(tmp_path, content, message):
    torch.save(content, tmp_path / "a.pth")
    with pytest.raises(TensorFileError, match=message):
        read_tensors(tmp_path / "a.pth")


def test_a_missing_file_says_so(tmp_path):
    for name in ("a.pth", "a.safetensors"):
        with pytest.raises(FileNotFoundError):
            read_tensors(tmp_path / name)
