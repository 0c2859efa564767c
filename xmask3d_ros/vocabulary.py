# SPDX-License-Identifier: Apache-2.0
"""Vocabularies: the classes asked for, in words; their ids and their colours."""

from __future__ import annotations

import colorsys
import hashlib
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

UNLABELLED = 65535
"""Label of a point that got no class (the reserved 16-bit id of vision_msgs/LabelInfo)."""
MAX_CLASSES = 4096
"""Most classes in one vocabulary."""
MAX_SYNONYMS = 32
"""Most synonyms of one class: each is encoded and scored as a class is, so time and memory grow with them."""
MAX_NAME_LENGTH = 100
"""Most characters in a name: CLIP reads at most 75 word pieces."""


class VocabularyError(ValueError):
    """A vocabulary cannot be used; the message names every fault and its remedy."""


@dataclass(frozen=True)
class ClassEntry:
    """One class: its name and other words for it."""

    name: str
    """What the class is called wherever it is reported."""
    synonyms: tuple[str, ...] = ()
    """Words that count as the same class; the best match of name and synonyms decides."""

    @property
    def words(self) -> tuple[str, ...]:
        """Name and synonyms."""
        return (self.name, *self.synonyms)


@dataclass(frozen=True)
class Vocabulary:
    """An ordered list of classes without duplicates. Build one with :func:`make_vocabulary`."""

    entries: tuple[ClassEntry, ...]
    """The classes in the order given."""
    version: int = 1
    """Counts accepted vocabularies."""

    @property
    def names(self) -> tuple[str, ...]:
        """Class names in order."""
        return tuple(entry.name for entry in self.entries)


def normalise(word: str) -> str:
    """The form in which words are compared: lower case, single spaces."""
    return " ".join(word.lower().split())


def fault_of(word: str) -> str | None:
    """Why a word cannot be a class name, or ``None``."""
    if not word.strip():
        return "is empty: leave it out"
    if len(word) > MAX_NAME_LENGTH:
        return f"has {len(word)} characters, more than {MAX_NAME_LENGTH}: use a short noun phrase"
    if not word.isascii():
        return "has non-ASCII characters: CLIP reads English, give the English name"
    if not word.isprintable() or not any(character.isalnum() for character in word):
        return "has no letter or digit, or control characters: give a name in words"
    return None


def check(
    names: Sequence[str], synonyms: Mapping[str, Sequence[str]] | None = None
) -> tuple[list[ClassEntry], dict[str, str]]:
    """Split a proposed vocabulary into what can be used and what cannot.

    Args:
        names: class names as given.
        synonyms: other words by class name; a faulty synonym rejects its class, as do more than ``MAX_SYNONYMS``.

    Returns:
        Usable entries in order, and reasons by rejected name.
    """
    entries: list[ClassEntry] = []
    rejected: dict[str, str] = {}
    owner: dict[str, str] = {}
    for name in names:
        entry = ClassEntry(name.strip(), tuple(word.strip() for word in (synonyms or {}).get(name, ())))
        faults = [f"{word[:40]!r} {fault}" for word in entry.words if (fault := fault_of(word))]
        faults += [
            f"{word!r} already stands for {owner[normalise(word)]!r}: name each class once"
            for word in entry.words
            if normalise(word) in owner
        ]
        if len(entry.synonyms) > MAX_SYNONYMS:
            count = len(entry.synonyms)
            faults.append(f"{name[:40]!r} has {count} synonyms, more than {MAX_SYNONYMS}: keep the commonest")
        if len(entries) >= MAX_CLASSES:
            faults.append(f"only {MAX_CLASSES} classes fit one vocabulary")
        if faults:
            rejected[name] = "; ".join(faults)
        else:
            entries.append(entry)
            owner.update({normalise(word): entry.name for word in entry.words})
    unknown = set(synonyms or {}) - set(names)
    for name in sorted(unknown):
        rejected[name] = f"{name[:40]!r} has synonyms but is no class of this vocabulary: add it to the classes"
    return entries, rejected


def make_vocabulary(
    names: Sequence[str], synonyms: Mapping[str, Sequence[str]] | None = None, version: int = 1
) -> Vocabulary:
    """A vocabulary of exactly these classes.

    Raises:
        VocabularyError: the list is empty, or a name is empty, too long, duplicate or not ASCII.
    """
    entries, rejected = check(names, synonyms)
    if rejected:
        raise VocabularyError("the vocabulary has faults:\n  " + "\n  ".join(rejected.values()))
    if not entries:
        raise VocabularyError("the vocabulary is empty: name at least one class")
    return Vocabulary(tuple(entries), version)


def load_vocabulary(path: str | Path) -> Vocabulary:
    """Read a vocabulary file: YAML with ``classes``, each a name or ``{name: ..., synonyms: [...]}``.

    Raises:
        VocabularyError: the file is missing, is not such a file, or its classes have faults.
    """
    path = Path(path)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise VocabularyError(f"cannot read the vocabulary {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise VocabularyError(f"{path} is not valid YAML: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("classes"), list):
        raise VocabularyError(f"{path} must hold a list under 'classes', for example:\n  classes: [chair, table]")
    names: list[str] = []
    synonyms: dict[str, list[str]] = {}
    for item in content["classes"]:
        if isinstance(item, dict) and "name" in item:
            name, words = str(item["name"]), item.get("synonyms") or []
            if not isinstance(words, list):  # a text would be taken letter by letter
                raise VocabularyError(f"{path}: the synonyms of {name!r} are no list: write [{words}]")
            synonyms[name] = [str(word) for word in words]
        elif isinstance(item, dict | list) or item is None:
            raise VocabularyError(f"{path}: {item!r} is neither a name nor {{name: ..., synonyms: [...]}}")
        else:
            name = str(item)
        names.append(name)
    try:
        return make_vocabulary(names, synonyms)
    except VocabularyError as error:
        raise VocabularyError(f"{path}: {error}") from error


def read_vocabulary(text: str) -> Vocabulary:
    """A vocabulary from a .yaml file's path or from names separated by commas.

    Raises:
        VocabularyError: as :func:`load_vocabulary` and :func:`make_vocabulary`.
    """
    if text.endswith((".yaml", ".yml")):
        return load_vocabulary(text)
    return make_vocabulary(text.split(","))


class LabelRegistry:
    """Gives every class name an id that it keeps; ids are only ever added. For all threads."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._lock = threading.Lock()  # no two names get one id

    def ids(self, names: Iterable[str]) -> list[int]:
        """Ids of the names, new ones for names not seen before.

        Raises:
            VocabularyError: all 65,535 ids are taken.
        """
        with self._lock:
            for name in names:
                if name not in self._ids:
                    if len(self._ids) >= UNLABELLED:
                        raise VocabularyError("65535 class names have been used: restart the node to begin anew")
                    self._ids[name] = len(self._ids)
            return [self._ids[name] for name in names]

    def __iter__(self) -> Iterator[tuple[int, str]]:
        # list() first: it is one step, so that another thread may add names meanwhile.
        return iter([(number, name) for name, number in list(self._ids.items())])

    def __len__(self) -> int:
        return len(self._ids)


_FAMILIAR = {
    "wall": (174, 199, 232), "floor": (152, 142, 126), "ceiling": (222, 222, 230), "cabinet": (31, 119, 180),
    "bed": (255, 152, 150), "chair": (188, 189, 34), "sofa": (140, 86, 75), "table": (255, 127, 14),
    "door": (214, 39, 40), "window": (197, 176, 213), "bookshelf": (148, 103, 189), "picture": (230, 90, 160),
    "counter": (23, 190, 207), "desk": (247, 182, 60), "curtain": (170, 210, 60), "refrigerator": (60, 90, 220),
    "shower curtain": (80, 220, 190), "toilet": (44, 160, 44), "sink": (90, 60, 160), "bathtub": (227, 119, 194),
}  # fmt: skip
"""Colours of common indoor classes, chosen to be told apart side by side."""


def color_of(name: str) -> tuple[int, int, int]:
    """The RGB colour of a class: a function of its name alone, so that it never changes with the vocabulary."""
    word = normalise(name)
    if word in _FAMILIAR:
        return _FAMILIAR[word]
    digest = hashlib.sha256(word.encode()).digest()
    hue, saturation, value = digest[0] / 256 + digest[3] / 65536, 0.55 + digest[1] / 640, 0.65 + digest[2] / 800
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


UNLABELLED_COLOR = (96, 96, 96)
"""RGB of points without a class."""
