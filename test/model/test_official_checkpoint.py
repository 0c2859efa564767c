# SPDX-License-Identifier: Apache-2.0
"""Official checkpoints: in and out without a changed bit, and unfit ones refused with the reason."""

import json
import random
import zipfile
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from small_model import small_config, small_model

from xmask3d_ros.cli import main
from xmask3d_ros.evaluation.benchmarks import BENCHMARKS
from xmask3d_ros.model.checkpoint import CheckpointError, load_trained_parts, read_config, trained_state
from xmask3d_ros.model.config import MinkUNetConfig
from xmask3d_ros.model.minkunet import MinkUNet
from xmask3d_ros.model.official import (
    export_official,
    import_official,
    load_openscene,
    official_gradients,
    official_tensors,
    read_official,
)
from xmask3d_ros.model.official_names import to_official


@pytest.fixture(scope="module")
def small_official():
    """Tensors of a small network by official names."""
    return {name: tensor.clone() for name, tensor in to_official(trained_state(small_model())).items()}


@pytest.fixture(scope="module")
def expected():
    return official_tensors(small_config())


def weights_in(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


# ------------------------------------------------------------------------------------------------------ paper size


def test_the_test_checkpoint_is_the_one_the_outputs_were_made_with(official_file, golden_folder, golden_weights):
    recorded = json.loads((golden_folder / "fingerprints.json").read_text())["xmask3d_B12N7"]
    assert golden_weights.fingerprint(read_official(official_file)) == recorded


def test_all_names_arrive(imported_folder, imported):
    state = trained_state(imported)
    assert len(to_official(state)) == 1073
    assert not any(tensor.is_meta for tensor in state.values())
    trained = [parameter for name, parameter in imported.named_parameters() if name in state]
    assert round(sum(parameter.numel() for parameter in trained) / 1e6, 2) == 82.95
    config = read_config(imported_folder)
    assert config.base_classes == BENCHMARKS["scannet_b12n7"].base_names
    assert (config.scoring.base_exponent, config.scoring.novel_exponent) == (0.65, 0.35)
    assert config.diffusion.pretrained == "CompVis/stable-diffusion-v1-3"


def test_exported_again_it_is_the_same_state_with_versions(official_file, imported_folder, tmp_path):
    exported = tmp_path / "again.pth"
    assert main(["export-checkpoint", str(imported_folder), str(exported)]) == 0
    before, after = (torch.load(path, weights_only=True, mmap=True) for path in (official_file, exported))
    assert before.keys() == after.keys()
    assert before["state_dict"].keys() == after["state_dict"].keys()
    for name, tensor in before["state_dict"].items():
        assert tensor.dtype == after["state_dict"][name].dtype
        assert torch.equal(tensor, after["state_dict"][name])
    metadata = before["state_dict"]._metadata
    assert metadata["module.sem_seg_head"] == {"version": 2}
    assert dict(after["state_dict"]._metadata) == dict(metadata)


def test_another_split_is_refused(official_file, tmp_path, capsys):
    assert main(["import-checkpoint", str(official_file), "--split", "B15N4", "--out", str(tmp_path / "model")]) == 2
    message = capsys.readouterr().err
    assert "trained on 12 base classes" in message
    assert "the configuration has 15" in message
    assert not (tmp_path / "model").exists()


# ------------------------------------------------------------------------------------------------- forms of a file


def as_saved(tensors, prefix="", metadata=False, wrapped=False):
    state = OrderedDict((prefix + name, tensor) for name, tensor in tensors.items())
    if metadata:
        state._metadata = OrderedDict({"": {"version": 1}, prefix + "sem_seg_head": {"version": 2}})
    return {"epoch": 7, "state_dict": state, "optimizer": {}, "best_iou": 0.5} if wrapped else state


@pytest.mark.parametrize("prefix", ["", "module."])
@pytest.mark.parametrize("metadata", [False, True])
@pytest.mark.parametrize("wrapped", [False, True])
def test_prefix_versions_and_wrapping_make_no_difference(small_official, expected, tmp_path, prefix, metadata, wrapped):
    plain, other = tmp_path / "plain.pth", tmp_path / "other.pth"
    torch.save(small_official, plain)
    torch.save(as_saved(small_official, prefix, metadata, wrapped), other)
    for path in (plain, other):
        assert import_official(path, small_config(), tmp_path / path.stem, expected) == len(small_official)
    assert weights_in(tmp_path / "plain") == weights_in(tmp_path / "other")


def test_half_precision_is_widened(small_official, tmp_path):
    halves = {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in small_official.items()}
    torch.save(halves, tmp_path / "half.pth")
    import_official(tmp_path / "half.pth", small_config(), tmp_path / "model")
    network = load_trained_parts(tmp_path / "model")
    assert network.fusion.linear.weight.dtype == torch.float32
    assert torch.equal(network.fusion.linear.weight, halves["criterion.fuser.linear.weight"].float())


def test_a_trained_model_can_be_exported_and_imported(tmp_path):
    state = trained_state(small_model())
    export_official(state, tmp_path / "official.pth")
    import_official(tmp_path / "official.pth", small_config(), tmp_path / "model")
    found = trained_state(load_trained_parts(tmp_path / "model"))
    assert found.keys() == state.keys()
    assert all(torch.equal(found[name], state[name]) for name in state)


def test_gradients_by_official_name():
    """Queries' gradient in the first third of in_proj; parameters without one are zero."""
    network = small_model()
    head = network.mask_head.predictor.decoder.layers[0].self_attn
    (head.q_proj.weight.square().sum() + network.fusion.linear.bias.sum()).backward()
    found = official_gradients(network)
    joined = found["sem_seg_head.predictor.transformer_self_attention_layers.0.self_attn.in_proj_weight"]
    assert torch.equal(joined[:32], 2 * head.q_proj.weight)
    assert not joined[32:].any()
    assert torch.equal(found["criterion.fuser.linear.bias"], torch.ones(24))
    trained = {name for name, tensor in official_tensors(small_config()).items() if tensor.is_floating_point()}
    buffers = {name for name in trained if name.endswith(("running_mean", "running_var", "pos_weight", "empty_weight"))}
    assert set(found) == trained - buffers


# ------------------------------------------------------------------------------------------- a hundred unfit files


@dataclass
class Runs:
    """Pickled, it asks to create a file."""

    target: Path

    def __reduce__(self):
        return Path.touch, (self.target,)


def truncated(tensors, path, chance, ran):
    torch.save(as_saved(tensors, "module.", wrapped=True), path)
    content = path.read_bytes()
    path.write_bytes(content[: chance.randrange(len(content))])
    return r"not a readable torch file|refused|holds"


def flipped(tensors, path, chance, ran):
    torch.save(as_saved(tensors, wrapped=True), path)
    content = bytearray(path.read_bytes())
    name = chance.choice([name for name, tensor in tensors.items() if tensor.numel() > 100])
    at = content.index(tensors[name].numpy().tobytes())
    content[at + chance.randrange(400)] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    return r"damaged, the check sum of its entry '.*' is wrong"


def encrypted(tensors, path, chance, ran):
    torch.save(as_saved(tensors, wrapped=True), path)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        at = content.index(b"PK\x01\x02", archive.start_dir)
    content[at + 8] |= 1
    path.write_bytes(content)
    return r"not a readable torch file \(File .* is encrypted"


def renamed(tensors, path, chance, ran):
    tensors = dict(tensors)
    name = chance.choice(list(tensors))
    tensors[name + "_"] = tensors.pop(name)
    torch.save(as_saved(tensors, "module."), path)
    return rf"(?s){name} is missing.*{name}_ is unexpected"


def partly_prefixed(tensors, path, chance, ran):
    name = chance.choice(list(tensors))
    torch.save({f"module.{key}" if key == name else key: tensor for key, tensor in tensors.items()}, path)
    return rf"(?s){name} is missing.*module.{name} is unexpected"


def without_one(tensors, path, chance, ran):
    name = chance.choice(list(tensors))
    torch.save({key: tensor for key, tensor in tensors.items() if key != name}, path)
    return rf"{name} is missing"


def with_one_more(tensors, path, chance, ran):
    torch.save(tensors | {"clip_head.clip.logit_scale": torch.ones(())}, path)
    return r"clip_head.clip.logit_scale is unexpected"


def misshapen(tensors, path, chance, ran):
    name = chance.choice([name for name, tensor in tensors.items() if tensor.ndim and "empty_weight" not in name])
    torch.save(tensors | {name: torch.cat([tensors[name], tensors[name][:1]])}, path)
    return rf"{name} has shape \(.*\), expected \(.*\)"


def transposed(tensors, path, chance, ran):
    name = chance.choice(
        [n for n, tensor in tensors.items() if tensor.ndim > 1 and tensor.shape[-1] != tensor.shape[0]]
    )
    torch.save(tensors | {name: tensors[name].transpose(0, -1).contiguous()}, path)
    return rf"{name} has shape"


def not_finite(tensors, path, chance, ran):
    name = chance.choice([name for name, tensor in tensors.items() if tensor.is_floating_point()])
    spoilt = tensors[name].clone()
    spoilt.view(-1)[chance.randrange(spoilt.numel())] = chance.choice([float("nan"), float("inf"), -float("inf")])
    torch.save(tensors | {name: spoilt}, path)
    return rf"{name} holds NaN or infinite values"


def whole_numbers(tensors, path, chance, ran):
    name = chance.choice([name for name, tensor in tensors.items() if tensor.is_floating_point()])
    torch.save(tensors | {name: tensors[name].long()}, path)
    return rf"{name} holds torch.int64, expected torch.float32"


def code_beside(tensors, path, chance, ran):
    torch.save(
        {"state_dict": tensors, "optimizer": Runs(ran)}, path, _use_new_zipfile_serialization=chance.random() < 0.5
    )
    return r"refused, it asks to run code"


def code_instead(tensors, path, chance, ran):
    torch.save(tensors | {chance.choice(list(tensors)): Runs(ran)}, path)
    return r"refused, it asks to run code"


def no_tensor(tensors, path, chance, ran):
    name = chance.choice(list(tensors))
    torch.save(tensors | {name: 3.0}, path)
    return rf"entry '{name}' is float"


FAULTS = (
    truncated, flipped, encrypted, renamed, partly_prefixed, without_one, with_one_more, misshapen, transposed,
    not_finite, whole_numbers, code_beside, code_instead, no_tensor,
)  # fmt: skip


@pytest.mark.parametrize("number", range(112))
def test_an_unfit_checkpoint_is_refused_with_the_reason(small_official, expected, tmp_path, number):
    """Eight of each fault, in random places; none leaves a model behind, none runs code."""
    path, ran = tmp_path / "official.pth", tmp_path / "ran"
    message = FAULTS[number % len(FAULTS)](small_official, path, random.Random(number), ran)
    with pytest.raises(CheckpointError, match=message):
        import_official(path, small_config(), tmp_path / "model", expected)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["official.pth"]


def test_the_code_would_have_run(tmp_path):
    """The files of the faults above are live: an unguarded reader executes them."""
    torch.save(Runs(tmp_path / "ran"), tmp_path / "official.pth")
    torch.load(tmp_path / "official.pth", weights_only=False)
    assert (tmp_path / "ran").exists()


def test_a_missing_file_is_one_message(tmp_path, capsys):
    assert main(["import-checkpoint", str(tmp_path / "no.pth"), "--split", "b12n7", "--out", str(tmp_path / "m")]) == 2
    assert "no.pth" in capsys.readouterr().err


# -------------------------------------------------------------------------------------------------------- openscene

MINKUNET18A = MinkUNetConfig(planes=(32, 64, 128, 256, 128, 128, 96, 96), blocks=(2,) * 8, out_channels=768)


@pytest.mark.parametrize("prefix", ["net3d.", "module.net3d."])
def test_openscenes_network_loads_by_name(tmp_path, prefix):
    torch.manual_seed(0)
    theirs, ours = MinkUNet(MINKUNET18A), MinkUNet(MINKUNET18A)
    state = {prefix + name: tensor for name, tensor in theirs.state_dict().items()}
    assert len(state) == 289
    torch.save({"epoch": 1, "state_dict": state, "optimizer": {}, "best_iou": 0.1}, tmp_path / "openscene.pth.tar")
    load_openscene(ours, tmp_path / "openscene.pth.tar")
    assert all(torch.equal(tensor, ours.state_dict()[name]) for name, tensor in theirs.state_dict().items())


def test_openscenes_other_width_is_refused(tmp_path):
    small = MinkUNetConfig(planes=(4,) * 8, blocks=(1,) * 8, stem_channels=4, out_channels=5)
    wide = MinkUNetConfig(planes=(4,) * 8, blocks=(1,) * 8, stem_channels=4, out_channels=6)
    torch.save({f"net3d.{n}": tensor for n, tensor in MinkUNet(wide).state_dict().items()}, tmp_path / "o.pth")
    with pytest.raises(CheckpointError, match=r"final.kernel has shape \(4, 6\), expected \(4, 5\)"):
        load_openscene(MinkUNet(small), tmp_path / "o.pth")
