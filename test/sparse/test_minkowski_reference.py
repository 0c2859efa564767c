# SPDX-License-Identifier: Apache-2.0
"""Against float64 outputs and gradients of MinkowskiEngine itself, stored by make_minkowski_reference.py."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch

from xmask3d_ros.model.config import MinkUNetConfig
from xmask3d_ros.model.minkunet import MinkUNet
from xmask3d_ros.sparse import SparseConvolution, SparseTensor, TransposedSparseConvolution, native
from xmask3d_ros.sparse.table_convolution import TableConvolution

_specification = importlib.util.spec_from_file_location(
    "make_minkowski_reference", Path(__file__).parent / "make_minkowski_reference.py"
)
maker = importlib.util.module_from_spec(_specification)
_specification.loader.exec_module(maker)

KINDS = {"conv": SparseConvolution, "transposed": TransposedSparseConvolution}


@pytest.fixture(scope="module")
def reference():
    with np.load(maker.FILE) as file:
        return dict(file)


@pytest.fixture(params=["pairs", "table"], autouse=True)
def algorithm(request, monkeypatch):
    if request.param == "table":
        monkeypatch.setattr(native, "PairConvolution", TableConvolution)


def set_weight(layer, name):
    layer.kernel.data = torch.from_numpy(maker.weight(name, tuple(layer.kernel.shape)))


def check(run, convolutions, name, reference):
    """Output rows are compared in lexicographic order of their coordinates; gradients in the order of the inputs."""
    coordinates, features = map(torch.from_numpy, maker.inputs())
    features.requires_grad_()
    output, output_coordinates = run(SparseTensor(features, coordinates))
    output.backward(torch.from_numpy(maker.upstream(output_coordinates.numpy(), output.shape[1])))
    rows = np.lexsort(output_coordinates.numpy().T[::-1])
    assert np.array_equal(output_coordinates[rows], reference[f"{name}/coordinates"])
    results = {"output": output.detach()[rows], "features_gradient": features.grad}
    results |= {f"gradient/{label}": layer.kernel.grad for label, layer in convolutions.items()}
    for label, value in results.items():
        expected = reference[f"{name}/{label}"]
        assert np.abs(value.numpy() - expected).max() <= 1e-10 * max(1, np.abs(expected).max()), label


@pytest.mark.parametrize("name", maker.LAYERS)
def test_layers(name, reference):
    layers = [KINDS[kind](*sizes).double() for kind, *sizes in maker.LAYERS[name]]
    labels = [f"{name}.{i}" for i in range(len(layers))]
    for label, layer in zip(labels, layers, strict=True):
        set_weight(layer, label)

    def run(x):
        for layer in layers:
            x = layer(x)
        return x.features, x.coordinates

    check(run, dict(zip(labels, layers, strict=True)), name, reference)


def test_minkunet(reference):
    config = MinkUNetConfig(maker.PLANES, maker.BLOCKS, maker.STEM, 3, maker.OUT)
    network = MinkUNet(config).double()
    for name, module in network.named_modules():
        if hasattr(module, "kernel"):
            set_weight(module, name)
    convolutions = {name: network.get_submodule(name) for name in maker.GRADIENTS}
    check(lambda x: (network(x).features, x.coordinates), convolutions, "minkunet", reference)
