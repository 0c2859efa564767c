# SPDX-License-Identifier: Apache-2.0
"""Sparse convolutions against torch's dense ones, forward and backward, in float64."""

import pytest
import torch
from torch.nn import functional

from xmask3d_ros.sparse import SparseConvolution, SparseTensor, TransposedSparseConvolution, coordinate_maps, native
from xmask3d_ros.sparse.table_convolution import BLOCK_ELEMENTS, TableConvolution

SIDE, VIEWS, ORIGIN = 12, 2, -6
"""The dense grid: 12^3 cells from -6 (even, so that stride-2 cells align) for two views."""


@pytest.fixture(params=["pairs", "table"])
def algorithm(request, monkeypatch):
    """Runs a test with the CPU's algorithm, then with the GPU's (on the CPU)."""
    if request.param == "table":
        monkeypatch.setattr(native, "PairConvolution", TableConvolution)
        monkeypatch.setitem(BLOCK_ELEMENTS, "cpu", 5000)  # several blocks even here
    return request.param


def random_voxels(share=0.3, seed=0):
    """(V, 4) coordinates in no particular order, negative ones among them."""
    generator = torch.Generator().manual_seed(seed)
    cells = torch.nonzero(torch.rand(VIEWS, SIDE, SIDE, SIDE, generator=generator) < share)
    cells = cells[torch.randperm(len(cells), generator=generator)]
    return cells + torch.tensor([0, ORIGIN, ORIGIN, ORIGIN])


def to_dense(features, coordinates, stride=1):
    """(V, C) at the coordinates -> (VIEWS, C, side, side, side)."""
    side = SIDE // stride
    view, x, y, z = coordinates.unbind(1)
    cells = [torch.div(axis - ORIGIN, stride, rounding_mode="floor") for axis in (x, y, z)]
    return (
        features.new_zeros(VIEWS, side, side, side, features.shape[1])
        .index_put((view, *cells), features)
        .permute(0, 4, 1, 2, 3)
    )


def from_dense(dense, coordinates, stride=1):
    view, x, y, z = coordinates.unbind(1)
    cells = [torch.div(axis - ORIGIN, stride, rounding_mode="floor") for axis in (x, y, z)]
    return dense.permute(0, 2, 3, 4, 1)[(view, *cells)]


def dense_kernel(kernel, size):
    """(K^3, C_in, C_out), x fastest -> conv3d's (C_out, C_in, x, y, z)."""
    return kernel.view(size, size, size, *kernel.shape[1:]).permute(4, 3, 2, 1, 0)


def assert_same(sparse, dense, inputs):
    """Equal values, and equal gradients of a random projection with respect to the inputs."""
    torch.testing.assert_close(sparse, dense, rtol=0, atol=1e-10)
    weights = torch.randn(sparse.shape, dtype=sparse.dtype, generator=torch.Generator().manual_seed(9))
    for ours, theirs in zip(
        torch.autograd.grad((sparse * weights).sum(), inputs, retain_graph=True),
        torch.autograd.grad((dense * weights).sum(), inputs, retain_graph=True),
        strict=True,
    ):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-10)


@pytest.mark.parametrize("size", [1, 3, 5])
def test_same_resolution(algorithm, size):
    coordinates = random_voxels()
    features = torch.randn(len(coordinates), 3, dtype=torch.float64, requires_grad=True)
    layer = SparseConvolution(3, 4, size).double()
    result = layer(SparseTensor(features, coordinates))
    assert torch.equal(result.coordinates, coordinates)
    weight = dense_kernel(layer.kernel.view(size**3, 3, 4), size)
    dense = functional.conv3d(to_dense(features, coordinates), weight, padding=size // 2)
    assert_same(result.features, from_dense(dense, coordinates), [features, layer.kernel])


def test_half_resolution_and_back(algorithm):
    coordinates = random_voxels(0.1)
    features = torch.randn(len(coordinates), 3, dtype=torch.float64, requires_grad=True)
    down, up = SparseConvolution(3, 4, 2, 2).double(), TransposedSparseConvolution(4, 5).double()
    coarse = down(SparseTensor(features, coordinates))
    expected = coordinates.clone()
    expected[:, 1:] = torch.div(expected[:, 1:], 2, rounding_mode="floor") * 2
    assert torch.equal(coarse.coordinates, torch.unique(expected, dim=0))
    assert coarse.stride == 2
    dense = functional.conv3d(to_dense(features, coordinates), dense_kernel(down.kernel, 2), stride=2)
    assert_same(coarse.features, from_dense(dense, coarse.coordinates, 2), [features, down.kernel])

    fine = up(coarse)
    assert fine.stride == 1
    assert torch.equal(fine.coordinates, coordinates)
    weight = dense_kernel(up.kernel, 2).transpose(0, 1)
    dense = functional.conv_transpose3d(to_dense(coarse.features, coarse.coordinates, 2), weight, stride=2)
    assert_same(fine.features, from_dense(dense, coordinates), [features, down.kernel, up.kernel])


def test_neighbours_at_a_coarser_stride(algorithm):
    coordinates = random_voxels(0.1)
    maps = coordinate_maps(coordinates)
    coarse = maps.coordinates(2)
    features = torch.randn(len(coarse), 2, dtype=torch.float64, requires_grad=True)
    layer = SparseConvolution(2, 3, 3).double()
    result = layer(SparseTensor(features, coarse, 2, maps))
    dense = functional.conv3d(to_dense(features, coarse, 2), dense_kernel(layer.kernel, 3), padding=1)
    assert_same(result.features, from_dense(dense, coarse, 2), [features, layer.kernel])


def test_views_do_not_see_each_other(algorithm):
    coordinates = random_voxels(0.2)
    features = torch.randn(len(coordinates), 2, dtype=torch.float64)
    layer = SparseConvolution(2, 2, 5).double()
    together = layer(SparseTensor(features, coordinates)).features
    for view in range(VIEWS):
        rows = coordinates[:, 0] == view
        alone = layer(SparseTensor(features[rows], coordinates[rows])).features
        torch.testing.assert_close(alone, together[rows], rtol=0, atol=1e-12)


def test_voxels_at_the_edge_of_the_key_range_have_no_false_neighbours(algorithm):
    """A step beyond the last cell of an axis must not land in the next axis's field of the key."""
    from xmask3d_ros.sparse.keys import COORDINATE_LIMIT as limit

    coordinates = torch.tensor([[0, 0, -limit, limit], [0, 0, limit, -limit], [0, 1, -limit, -limit], [1, 0, 0, 0]])
    layer = SparseConvolution(1, 1, 5).double()
    features = torch.ones(4, 1, dtype=torch.float64)
    torch.testing.assert_close(layer(SparseTensor(features, coordinates)).features, features @ layer.kernel[62])


def test_gradients_numerically(algorithm):
    coordinates = random_voxels(0.02)
    features = torch.randn(len(coordinates), 2, dtype=torch.float64, requires_grad=True)
    layers = [SparseConvolution(2, 2, 3), SparseConvolution(2, 3, 2, 2), TransposedSparseConvolution(3, 2)]
    kernels = [layer.kernel.detach().double().requires_grad_() for layer in layers]

    def network(features, *kernels):
        x = SparseTensor(features, coordinates)
        for layer, kernel in zip(layers, kernels, strict=True):
            x = torch.func.functional_call(layer, {"kernel": kernel}, (x,))
        return x.features

    assert torch.autograd.gradcheck(network, (features, *kernels))


def test_no_voxels(algorithm):
    empty = SparseTensor(torch.empty(0, 3, requires_grad=True), torch.empty(0, 4, dtype=torch.int64))
    layers = [SparseConvolution(3, 4, 5), SparseConvolution(4, 4, 2, 2), TransposedSparseConvolution(4, 2)]
    x = empty
    for layer in layers:
        x = layer(x)
    assert x.features.shape == (0, 2)
    x.features.sum().backward()
    assert all(layer.kernel.grad.abs().sum() == 0 for layer in layers)


@pytest.mark.parametrize("precision", [torch.bfloat16, torch.float16])
def test_half_precision_is_close_and_keeps_its_type(algorithm, precision):
    coordinates = random_voxels(0.05)
    features = torch.randn(len(coordinates), 16)
    layer = SparseConvolution(16, 16, 3)
    exact = layer(SparseTensor(features, coordinates)).features
    half = layer.to(precision)(SparseTensor(features.to(precision), coordinates)).features
    assert half.dtype == precision
    assert (half.float() - exact).abs().max() < 0.02 * exact.abs().max()


def test_autocast_computes_in_its_type_and_returns_full_gradients(algorithm):
    coordinates = random_voxels(0.05)
    layer = SparseConvolution(4, 4, 3)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        result = layer(SparseTensor(torch.randn(len(coordinates), 4), coordinates)).features
    assert result.dtype == torch.bfloat16
    result.float().sum().backward()
    assert layer.kernel.grad.dtype == torch.float32


def test_half_precision_gradients_of_a_kernel_are_summed_in_single(algorithm, monkeypatch):
    """Every pair of voxels adds 1; sums in bfloat16 would end at 256."""
    monkeypatch.setitem(BLOCK_ELEMENTS, "cpu", 1)  # a block for each voxel
    coordinates = random_voxels(0.8)
    gradients = []
    for precision in (torch.float32, torch.bfloat16):
        layer = SparseConvolution(1, 1, 3).to(precision)
        layer(SparseTensor(torch.ones(len(coordinates), 1, dtype=precision), coordinates)).features.sum().backward()
        gradients.append(layer.kernel.grad)
    assert gradients[1].dtype == torch.bfloat16 and gradients[0].min() > 1000
    torch.testing.assert_close(gradients[1].float(), gradients[0], rtol=2**-8, atol=0)


def test_unusable_layers_and_inputs_are_refused_with_the_reason():
    for size, stride in [(2, 1), (3, 2), (1, 2)]:
        with pytest.raises(ValueError, match="odd kernel"):
            SparseConvolution(3, 4, size, stride)
    with pytest.raises(ValueError, match="as large as the stride"):
        TransposedSparseConvolution(3, 4, 3, 2)
    voxels = random_voxels()
    features = torch.zeros(len(voxels), 3)
    with pytest.raises(ValueError, match="cannot be refined"):
        TransposedSparseConvolution(3, 4)(SparseTensor(features, voxels))
    with pytest.raises(ValueError, match="a voxel twice"):
        SparseTensor(torch.zeros(2 * len(voxels), 3), torch.cat([voxels, voxels]))
    with pytest.raises(ValueError, match="a row for each"):
        SparseTensor(features[1:], voxels)
    with pytest.raises(ValueError, match="need the coordinate maps"):
        SparseTensor(features, voxels, 2)
    with pytest.raises(ValueError, match="beyond a batch of 1"):
        coordinate_maps(voxels, batch_size=1)
