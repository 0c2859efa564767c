# SPDX-License-Identifier: Apache-2.0
"""Training of the small CLIP (METHODS 1.9): open_clip's architecture, contrasted on pairs of windows and captions.

Two kinds of image embeddings are contrasted with the captions together: windows cut out and seen alone, as CLIP is
trained everywhere; and windows read inside their view by a class token that sees their patches alone, as MaskCLIP will
read masks. The second costs little, for all windows of a view share one pass over it.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from xmask3d_ros.model.checkpoint import read_config
from xmask3d_ros.model.clip import ClipTowers
from xmask3d_ros.model.config import SCANNET_CLASSES, ModelConfig
from xmask3d_training.engine.errors import SettingsError
from xmask3d_training.towers.clip_data import NamedWindows, Pairs
from xmask3d_training.towers.clip_images import embed_images, embed_windows
from xmask3d_training.towers.contrastive import contrastive_loss
from xmask3d_training.towers.folder import FACTS_FILE, read_towers, settings_of
from xmask3d_training.towers.meaning import also_true
from xmask3d_training.towers.tower_module import TowerModule, TowerOptimiser, sizes_of
from xmask3d_training.towers.words import WORDS_FILE, with_words
from xmask3d_training.towers.zero_shot import ZeroShot

_MOST_SCALE = 100.0
_PREFIX = "clip.model."
_OPTIMISER = TowerOptimiser()


class ClipModule(TowerModule):
    """CLIP in training; measured by zero-shot accuracy on windows of held-out rooms."""

    def __init__(
        self,
        words: Path = Path("data/towers/words.txt"),
        sizes: str = "tiny",
        optimiser: TowerOptimiser = _OPTIMISER,
        kept_patches: float = 0.5,
        all_patches: float = 0.15,
        start: Path | None = None,
        lock_text: bool = False,
        seed: int = 0,
    ) -> None:
        """Build the towers.

        Args:
            words: the word list (taken from the data root).
            sizes: preset or folder whose configuration gives the sizes.
            optimiser: learning rate and its course.
            kept_patches: share of a view's patches that a step looks at, drawn at random; costs less.
            all_patches: share of the steps, the last ones, that look at all of them.
            start: ``tower/`` of a finished run of these sizes and words to train on from; none: fresh weights.
            lock_text: leave the text tower as it is, so that what was trained on its embeddings stays valid.
            seed: of the weights and of everything random in a step.
        """
        super().__init__(optimiser, seed)
        if not words.is_file():
            raise SettingsError(f"{words} is missing: make it with `xmask3d train towers pairs --data DATA_ROOT`")
        self.config: ModelConfig = with_words(sizes_of(sizes), words)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            # It belongs to the file system, not to the module, where the list lies while training.
            towers = ClipTowers(self.config.clip, words.parent)
        self.tokenizer = towers.tokenizer
        self.clip = towers.model.requires_grad_(True).train()
        self._before = {} if start is None else {"trained before": load_clip(self.clip, start, self.config, words)}
        if lock_text:
            if start is None:
                raise SettingsError("model.lock_text: without model.start the text tower has learned nothing yet")
            image_side = {id(parameter) for parameter in (*self.clip.visual.parameters(), self.clip.logit_scale)}
            for parameter in self.clip.parameters():
                parameter.requires_grad_(id(parameter) in image_side)
            self._before["text tower"] = "locked"
        self.kept_patches, self.all_patches = kept_patches, all_patches
        self.zero_shot = ZeroShot(SCANNET_CLASSES, ("in place", "cut out"))

    @property
    def coverage(self) -> float:
        """Of windows, as MaskCLIP will read masks."""
        return self.config.clip.mask_coverage

    def training_step(self, batch: Pairs, batch_idx: int) -> Tensor:
        """Contrast all pairs of the batch."""
        last = self.global_step >= (1 - self.all_patches) * self.trainer.estimated_stepping_batches
        kept = 1.0 if last else self.kept_patches
        with quick_attention(self.device):
            inside = embed_windows(self.clip.visual, batch.image, batch.boxes, kept, self.coverage)
            images = [inside.flatten(0, 1)]
            if batch.crops.shape[1]:
                images.append(embed_images(self.clip.visual, batch.crops.flatten(0, 1)))
            # The order of the images: first what is read in place, of all views; then what is cut out.
            tokens, meant = (
                torch.cat([part[:, : inside.shape[1]].flatten(0, 1), part[:, inside.shape[1] :].flatten(0, 1)])
                for part in (batch.tokens, batch.said)
            )
            captions, caption = tokens.unique(dim=0, return_inverse=True)
            texts = self.clip.encode_text(captions)[caption]
        scale = self.clip.logit_scale.exp().clamp(max=_MOST_SCALE)
        self.log("train/scale", scale.detach())
        return self.checked(contrastive_loss(torch.cat(images).float(), texts.float(), also_true(meant), scale))

    def on_validation_epoch_start(self) -> None:
        """Class names as they stand, without a template (METHODS 1.9)."""
        tokens = self.tokenizer(list(SCANNET_CLASSES)).to(self.device)
        self._names = torch.nn.functional.normalize(self.clip.encode_text(tokens).float(), dim=-1)
        self.zero_shot.clear()

    def validation_step(self, batch: NamedWindows, batch_idx: int) -> None:
        """Name windows of held-out views."""
        inside = embed_windows(self.clip.visual, batch.image, batch.boxes, coverage=self.coverage).flatten(0, 1)
        outside = embed_images(self.clip.visual, batch.crops.flatten(0, 1))
        labels = batch.labels.flatten()
        known = labels >= 0
        for how, embeddings in (("in place", inside), ("cut out", outside)):
            found = (embeddings.float() @ self._names.T).argmax(dim=1)
            self.zero_shot.add(how, labels[known], found[known])

    def on_validation_epoch_end(self) -> None:
        """Accuracy, and its table by class."""
        for how in self.zero_shot.ways:
            name = how.replace(" ", "_")
            self.log(f"val/accuracy_{name}", self.zero_shot.accuracy(how), prog_bar=how == "in place")
            self.log(f"val/mean_recall_{name}", self.zero_shot.mean_recall(how))
        if self.trainer.is_global_zero and not self.trainer.sanity_checking:
            self.zero_shot.write(Path(self.trainer.default_root_dir) / "zero_shot", self.global_step)

    def tower(self) -> tuple[ModelConfig, Mapping[str, Tensor]]:
        """CLIP in XMask3D's names."""
        return self.config, {f"{_PREFIX}{name}": value for name, value in self.clip.state_dict().items()}

    def facts(self) -> dict[str, Any]:
        """With the words and how they were learned."""
        data = self.trainer.datamodule  # type: ignore[attr-defined]
        pairs = {"view": 1, "windows in place": data.windows, "windows cut out": data.crops}
        return {
            **super().facts(),
            "tower": "clip",
            "views a step": data.batch_size,
            "pairs a view": pairs,
            **self._before,
        }


def quick_attention(device: torch.device) -> AbstractContextManager[None]:
    """On a CPU under autocast, unfused attention: the fused one's backward pass in bfloat16 is several times slower."""
    fused = device.type != "cpu" or not torch.is_autocast_enabled("cpu")
    return contextlib.nullcontext() if fused else sdpa_kernel(SDPBackend.MATH)


def load_clip(clip: torch.nn.Module, folder: Path, config: ModelConfig, words: Path) -> str:
    """Take up the weights of a finished tower; answers what its card says of its training.

    Raises:
        CheckpointError: the folder cannot be read.
        SettingsError: it has other sizes, other words or no CLIP.
    """
    same = settings_of(read_config(folder), "clip") == settings_of(config, "clip")
    if not same or (folder / WORDS_FILE).read_bytes() != words.read_bytes():
        raise SettingsError(f"model.start: {folder} has other sizes or another word list than this run")
    tensors = {name: value for name, value in read_towers(folder).items() if name.startswith(_PREFIX)}
    if not tensors:
        raise SettingsError(f"model.start: {folder} has no CLIP")
    clip.load_state_dict({name.removeprefix(_PREFIX): value for name, value in tensors.items()})
    known = json.loads((folder / FACTS_FILE).read_text(encoding="utf-8"))["clip"]
    if "taken from" in known:
        return f"taken from {known['taken from']}"
    told = f"{known['steps']} x {known['views a step']} views, {known['minutes']} minutes"
    if "text tower" in known:
        told += f", text tower {known['text tower']}"
    return f"{known['trained before']}; {told}" if "trained before" in known else told
