# SPDX-License-Identifier: Apache-2.0
"""The card of a tower's folder: what it is, what it was trained on, and what it cannot do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_HEAD = """# Small frozen towers for XMask3D

Image and text networks in the form that XMask3D expects, trained from nothing in the package's synthetic rooms
(`xmask3d train synthetic rooms`). No pretrained weight and no photograph went into them. Licence: Apache-2.0.

## Data

Image-text pairs only. No depth, no 3D and no class label enters the training:

- **views** of 320x240 pixels, each with several captions that the generator tells of what is visible. A caption leaves
  out about two fifths of the visible objects at random and names four at most;
- **windows** of views, a rectangle or up to six together, with captions told anew by the generator of what is visible
  in them. Where they lie is the generator's choice, made with its knowledge of which object each pixel shows: around
  an object that is noticed, with some of its surroundings, told by a caption of that object; close-ups that one object
  fills by seven tenths at least, told likewise; anywhere, told like a view; or filled by wall or floor, told so. So
  the place of things, novel classes among them, is told more closely than by captions of whole pictures, as in pairs
  of regions and phrases; which pixels of a rectangle belong to what is told to nobody.

CLIP contrasts windows in up to two ways: read inside their view by a class token that sees the rectangles'
patches alone, and cut out and seen alone. Views are also seen in parts, mirrored, in other
light and, by captions without colours, in other colours. The diffusion model sees whole views; its VAE sees pictures
alone.

All 19 ScanNet classes and the clutter beside them are named in captions, base and novel classes alike: CLIP and Stable
Diffusion have read of all of them, too.
"""
_LIMITS = """## Limits

- They know rooms like these and the words below, nothing else: real photographs, other objects and other words are
  outside their world. An unknown word is one and the same token, whatever it is.
- Captions are cut after as many words as the text tower has tokens, less two.
- Held-out rooms use designs and finishes that the training rooms do not have, but the same generator, renderer and
  sensor model.
- The diffusion model's caption encoder is not here: XMask3D gives the UNet no words, only the empty caption's tokens.
"""


def card(facts: Mapping[str, Mapping[str, Any]], words: Sequence[str]) -> str:
    """Markdown.

    Args:
        facts: of each tower by name.
        words: that the text tower knows.
    """
    parts = [_HEAD]
    for tower, known in sorted(facts.items()):
        lines = [f"## Training: {tower}", "", "| | |", "|---|---|"]
        lines += [f"| {name} | {_shown(value)} |" for name, value in known.items() if name != "tower"]
        parts.append("\n".join(lines) + "\n")
    parts.append(_LIMITS)
    parts.append(f"## Words\n\n{len(words)}: {', '.join(words)}.\n")
    return "\n".join(parts)


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {_shown(inner)}" for name, inner in value.items()) or "nothing"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
