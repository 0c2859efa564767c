# SPDX-License-Identifier: Apache-2.0
"""Sizes of the network, as data.

Two presets: ``tiny`` (half width and less; a frame in about a second on two CPU cores) and ``xmask3d`` (the paper's
sizes, METHODS 1.5-1.11). Every module takes its own dataclass and nothing else, so that a module can be built and
tested alone. ``ModelConfig`` round-trips through JSON (``config.json`` beside the weights).
"""

from __future__ import annotations

import dataclasses
import typing
from dataclasses import dataclass, field

SCANNET_CLASSES = (
    "wall", "floor", "cabinet", "bed", "chair", "sofa", "table", "door", "window", "bookshelf", "picture", "counter",
    "desk", "curtain", "refrigerator", "shower curtain", "toilet", "sink", "bathtub",
)  # fmt: skip
"""The 19 evaluated ScanNet classes in label order (METHODS 1.2)."""

B12N7_NOVEL = (3, 4, 6, 9, 10, 17, 18)
"""Indices of the novel classes of ScanNet's B12/N7 split (METHODS 1.3)."""


@dataclass(frozen=True)
class MinkUNetConfig:
    """A sparse residual U-Net (Choy et al. 2019; METHODS 1.5)."""

    planes: tuple[int, ...] = (32, 64, 128, 256, 256, 128, 96, 96)
    """Widths of the four encoder and the four decoder stages."""
    blocks: tuple[int, ...] = (2, 3, 4, 6, 2, 2, 2, 2)
    """Residual blocks of each of the eight stages."""
    stem_channels: int = 32
    """Width after the 5x5x5 stem."""
    in_channels: int = 3
    """Input features a voxel: colour in [-1, 1]."""
    out_channels: int = 256
    """Width after the last 1x1x1 layer."""


@dataclass(frozen=True)
class CaptionerConfig:
    """The implicit 3D captioner: 3D feature -> condition of the diffusion UNet (METHODS 1.6)."""

    tokens: int = 77
    """Text tokens the UNet attends to."""
    token_channels: int = 768
    """Width of a token = the UNet's cross-attention width."""
    time_channels: int = 1280
    """Width of the UNet's time embedding (four times its first width)."""
    source: str = "3d"
    """What the UNet is told about a view. "3d": its 3D feature, as published; "2d": CLIP's embedding of the image;
    "text": the empty prompt alone, no view (the ablation of XMask3D table 3)."""


@dataclass(frozen=True)
class DiffusionConfig:
    """The frozen latent diffusion model: VAE and UNet in diffusers' terms (METHODS 1.7 and 3)."""

    pretrained: str = "CompVis/stable-diffusion-v1-3"
    """Where the frozen weights come from: a hub id, a folder in diffusers' layout or a single-file checkpoint; "" for
    weights stored with the model."""
    image_size: int = 512
    """Side of the square image the VAE encodes, pixels."""
    vae_channels: tuple[int, ...] = (128, 256, 512, 512)
    """VAE widths; four levels give the factor 8 between image and latent."""
    vae_norm_groups: int = 32
    """Groups of the VAE's group norms."""
    latent_channels: int = 4
    """Channels of the latent z."""
    scaling_factor: float = 0.18215
    """z = scaling_factor x posterior mean."""
    unet_channels: tuple[int, ...] = (320, 640, 1280, 1280)
    """UNet widths; the last level has no attention, the others cross-attend."""
    unet_heads: int = 8
    """Attention heads at every level."""
    unet_norm_groups: int = 32
    """Groups of the UNet's group norms."""
    timestep: int = 0
    """Diffusion time at which the UNet looks at the image."""
    noise_seed: int = 42
    """Seed of the one noise tensor added to every latent (CPU generator)."""
    windows: str = "squash"
    """How an image that is not square meets the UNet. "squash": resized to one square, as published (METHODS 1.4);
    "slide": square windows as high as the image's short side, their maps averaged where they overlap (ODISE)."""


@dataclass(frozen=True)
class MaskHeadConfig:
    """Feature projections and the masked-attention mask head (METHODS 1.7, 1.8; Mask2Former)."""

    feature_channels: int = 512
    """Channels of each projected feature map."""
    bottleneck_channels: int = 128
    """Inner width of a projection's bottleneck block."""
    hidden_channels: int = 256
    """Width of the pixel decoder, the queries and the mask features."""
    heads: int = 8
    """Attention heads."""
    pixel_layers: int = 6
    """Deformable encoder layers."""
    pixel_feedforward: int = 1024
    """Feed-forward width of the pixel decoder."""
    decoder_layers: int = 9
    """Transformer decoder layers; one prediction more than that."""
    decoder_feedforward: int = 2048
    """Feed-forward width of the decoder."""
    queries: int = 50
    """Mask queries."""
    norm_groups: int = 32
    """Groups of the group norms."""


@dataclass(frozen=True)
class ClipConfig:
    """The frozen CLIP towers, in open_clip's terms (METHODS 1.9)."""

    architecture: str = "ViT-L-14-quickgelu"
    """open_clip architecture; "" builds the sizes below."""
    pretrained: str = "openai"
    """open_clip tag, or a path; "" for weights stored with the model."""
    embedding_channels: int = 768
    """Width of the shared image-text space: also the width of every point and mask embedding."""
    image_size: int = 224
    """Side of the input image, pixels."""
    patch_size: int = 14
    """Side of a patch, pixels."""
    mask_coverage: float = 0.0
    """MaskCLIP looks at a patch when the mask covers more than this share of it, at least 0 and below 1. 0 is the
    reference's rule, any pixel; on coarse patches it shows masks much of what lies beside them."""
    stem: str = "patch"
    """How patches become tokens. "patch": one convolution as large as a patch, CLIP's own; "convolutions": several
    small ones (convolution_stem.py), for small towers."""
    vision_width: int = 1024
    """Width of the image tower."""
    vision_layers: int = 24
    """Layers of the image tower."""
    vision_heads: int = 16
    """Heads of the image tower."""
    text_width: int = 768
    """Width of the text tower."""
    text_layers: int = 12
    """Layers of the text tower."""
    text_heads: int = 12
    """Heads of the text tower."""
    context_length: int = 77
    """Text tokens."""
    vocabulary_size: int = 49408
    """Entries of the token table (49408: CLIP's byte-pair encoding)."""
    tokenizer: str = "clip"
    """"clip": byte-pair encoding; else a path, relative to the model's folder, of a word list."""


@dataclass(frozen=True)
class ScoringConfig:
    """How scores become labels at test time (METHODS 1.10, 1.14)."""

    base_exponent: float = 0.65
    """r_b: weight of the 3D-fused probability against MaskCLIP's for base classes."""
    novel_exponent: float = 0.35
    """r_n: the same for novel classes (0.35; B10/N9 0.20, B170/N30 0.25)."""
    gate: str = "hard"
    """"hard": the binary head forbids the other group (reference); "soft": it weighs the groups; "off"."""
    background: str = "base"
    """What competes with the vocabulary and is reported as unknown. "base": the training base classes that the
    vocabulary leaves out (none for a benchmark's full list); "none"."""


@dataclass(frozen=True)
class ModelConfig:
    """The whole network: sizes, the classes it was trained on, and how it scores."""

    name: str = "xmask3d"
    """Preset this configuration started from."""
    voxel_size: float = 0.02
    """Edge of a voxel, metres."""
    voxelisation: str = "deterministic"
    """"deterministic": voxels of the map's own axes; "reference": points randomly turned and scaled before every view,
    as the published evaluation does (METHODS 1.4), from a generator of fixed seed."""
    mask_grid_width: int = 320
    """Width in pixels of the grid in which masks meet points; the height follows the image's aspect ratio."""
    max_view_points: int = 65_000
    """Most points one view may hold (METHODS 1.4)."""
    point_network: MinkUNetConfig = field(default_factory=MinkUNetConfig)
    """3D branch."""
    binary_network: MinkUNetConfig = field(
        default_factory=lambda: MinkUNetConfig(planes=(32, 64, 128, 256, 128, 128, 96, 96), blocks=(2,) * 8)
    )
    """Binary head's own network."""
    captioner: CaptionerConfig = field(default_factory=CaptionerConfig)
    """Implicit 3D captioner."""
    diffusion: DiffusionConfig = field(default_factory=DiffusionConfig)
    """Frozen diffusion model."""
    mask_head: MaskHeadConfig = field(default_factory=MaskHeadConfig)
    """Feature projections and mask head."""
    clip: ClipConfig = field(default_factory=ClipConfig)
    """Frozen CLIP."""
    scoring: ScoringConfig = field(default_factory=ScoringConfig)
    """Test-time scoring."""
    base_classes: tuple[str, ...] = tuple(
        name for index, name in enumerate(SCANNET_CLASSES) if index not in B12N7_NOVEL
    )
    """Names of the classes whose labels the network was trained on, in label order."""
    synonyms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Other words for the base classes, so that they count as base too."""

    def to_dict(self) -> dict[str, typing.Any]:
        """Nested plain containers, ready for ``json.dump``."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, typing.Any]) -> ModelConfig:
        """Inverse of :meth:`to_dict`. Unknown or mistyped fields raise ``ValueError`` naming them."""
        return _from_dict(cls, values, "model")


def _from_dict(cls: type, values: typing.Any, where: str) -> typing.Any:
    if not isinstance(values, dict):
        raise ValueError(f"{where}: expected a table of fields, found {type(values).__name__}")
    hints = typing.get_type_hints(cls)
    unknown = sorted(set(values) - set(hints))
    if unknown:
        raise ValueError(f"{where}: unknown field {unknown[0]!r}; known are {', '.join(sorted(hints))}")
    return cls(**{name: _convert(hints[name], value, f"{where}.{name}") for name, value in values.items()})


def _convert(kind: typing.Any, value: typing.Any, where: str) -> typing.Any:
    if dataclasses.is_dataclass(kind):
        return _from_dict(typing.cast(type, kind), value, where)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ValueError(f"{where}: expected a list, found {value!r}")
        return tuple(_convert(arguments[0], item, where) for item in value)
    if origin is dict:
        if not isinstance(value, dict):
            raise ValueError(f"{where}: expected a table, found {value!r}")
        return {str(key): _convert(arguments[1], item, f"{where}.{key}") for key, item in value.items()}
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{where}: expected {kind.__name__}, found {value!r}")
    return value


def tiny() -> ModelConfig:
    """About a second a frame on two CPU cores, and 40 MB in half precision with all frozen parts."""
    return ModelConfig(
        name="tiny",
        voxel_size=0.04,
        max_view_points=30_000,
        point_network=MinkUNetConfig(
            planes=(16, 32, 64, 88, 96, 64, 48, 48), blocks=(2,) * 8, stem_channels=16, out_channels=128
        ),
        binary_network=MinkUNetConfig(
            planes=(16, 24, 32, 48, 48, 32, 24, 24), blocks=(1,) * 8, stem_channels=16, out_channels=64
        ),
        captioner=CaptionerConfig(tokens=16, token_channels=128, time_channels=192),
        diffusion=DiffusionConfig(
            pretrained="",
            image_size=256,
            vae_channels=(24, 48, 96, 96),
            vae_norm_groups=8,
            unet_channels=(48, 96, 128),
            unet_heads=4,
            unet_norm_groups=16,
        ),
        mask_head=MaskHeadConfig(
            feature_channels=128,
            bottleneck_channels=64,
            hidden_channels=128,
            pixel_layers=3,
            pixel_feedforward=256,
            decoder_layers=6,
            decoder_feedforward=512,
            norm_groups=16,
        ),
        clip=ClipConfig(
            architecture="",
            pretrained="",
            embedding_channels=128,
            image_size=224,
            patch_size=16,
            mask_coverage=0.5,
            stem="convolutions",
            vision_width=192,
            vision_layers=6,
            vision_heads=6,
            text_width=128,
            text_layers=4,
            text_heads=4,
            context_length=16,
        ),
    )


def xmask3d() -> ModelConfig:
    """The paper's sizes: 82.95 M trainable parameters beside Stable Diffusion v1.3 and CLIP ViT-L/14."""
    return ModelConfig()


PRESETS: dict[str, typing.Callable[[], ModelConfig]] = {"tiny": tiny, "xmask3d": xmask3d}
"""Named configurations."""
