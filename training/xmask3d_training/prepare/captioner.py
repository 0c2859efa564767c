# SPDX-License-Identifier: Apache-2.0
"""Captioning images with a model of the transformers library, by name."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from xmask3d_training.prepare.errors import PrepareError

DEFAULT_MODEL = "nlpconnect/vit-gpt2-image-captioning"
"""ViT-GPT2, as the reference (METHODS 1.2)."""


def model_identity(model: str) -> str:
    """What tells a model from others: the check sum of a folder's files, since folders share names; else the name.

    Raises:
        PrepareError: a file cannot be read.
    """
    if not Path(model).is_dir():
        return model
    total = hashlib.sha256()
    try:
        for path in sorted(path for path in Path(model).iterdir() if path.is_file()):
            with path.open("rb") as file:
                total.update(f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    except OSError as error:
        raise PrepareError(f"cannot read the captioner {model!r}: {error}; download it again") from error
    return total.hexdigest()


class Captioner:
    """A vision-language model that says a sentence on an image.

    Args:
        model: name on the hub or folder of any image-to-text model of transformers (ViT-GPT2, BLIP, GIT, ...).
        device: torch device.
        beams: beams of the search; the result is deterministic.
        longest: most tokens of a sentence.

    Raises:
        PrepareError: the weights are not there, or the model is of no such kind.
    """

    def __init__(self, model: str, device: str, beams: int = 4, longest: int = 16) -> None:
        # Imported here: the other commands do not need transformers, which takes seconds to import.
        from transformers import AutoImageProcessor, AutoModelForImageTextToText, AutoTokenizer

        try:
            self._processor: Any = AutoImageProcessor.from_pretrained(model)
            self._tokenizer: Any = AutoTokenizer.from_pretrained(model)
            network: Any = AutoModelForImageTextToText.from_pretrained(model)
        except (OSError, ValueError) as error:
            first = str(error).strip().splitlines()[0]
            raise PrepareError(
                f"the captioner {model!r} cannot be loaded ({first}). Where there is a network, run\n"
                f"    hf download {model if '/' in model else DEFAULT_MODEL} --local-dir captioner\n"
                "then give the folder: --model captioner"
            ) from error
        self._network = network.eval().to(device)
        self._device = device
        self._options = {"num_beams": beams, "max_length": longest, "do_sample": False}

    @torch.inference_mode()
    def __call__(self, images: Sequence[NDArray[np.uint8]]) -> list[str]:
        """A sentence for each RGB image (H, W, 3)."""
        pixels = self._processor(images=list(images), return_tensors="pt").pixel_values.to(self._device)
        tokens = self._network.generate(pixel_values=pixels, **self._options)
        sentences = self._tokenizer.batch_decode(tokens, skip_special_tokens=True)
        return [" ".join(sentence.split()) for sentence in sentences]
