# SPDX-License-Identifier: Apache-2.0
"""Vocabularies: what is accepted, what is refused and why, ids and colours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xmask3d_ros.vocabulary import (
    MAX_SYNONYMS,
    LabelRegistry,
    VocabularyError,
    check,
    color_of,
    load_vocabulary,
    make_vocabulary,
    normalise,
)


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ([], "empty"),
        (["chair", "  "], "is empty"),
        (["chair", "Chair"], "already stands for"),
        (["x" * 300], "300 characters"),
        (["chaise longue à bascule"], "non-ASCII"),
        (["---"], "no letter or digit"),
    ],
)
def test_faulty_vocabularies_are_refused_with_the_reason(names, reason):
    with pytest.raises(VocabularyError, match=reason):
        make_vocabulary(names)


def test_good_names_survive_beside_bad_ones():
    entries, rejected = check(["chair", "", "table", "chair", "tä"], {"table": ["desk", "x" * 101]})
    assert [entry.name for entry in entries] == ["chair"]
    assert set(rejected) == {"", "table", "chair", "tä"}


def test_synonyms_of_no_class_are_reported():
    _, rejected = check(["chair"], {"sofa": ["couch"]})
    assert "no class" in rejected["sofa"]


def test_too_many_synonyms_refuse_their_class():
    words = [f"couch {number}" for number in range(MAX_SYNONYMS + 1)]
    entries, rejected = check(["sofa", "chair"], {"sofa": words, "chair": words[:-1]})
    assert [entry.name for entry in entries] == ["chair"]
    assert f"'sofa' has {len(words)} synonyms, more than {MAX_SYNONYMS}" in rejected["sofa"]


def test_a_thousand_classes_fit():
    assert len(make_vocabulary([f"thing {number}" for number in range(1000)]).entries) == 1000


def test_files_hold_names_and_synonyms(tmp_path):
    path = tmp_path / "words.yaml"
    path.write_text("classes: [chair, {name: sofa, synonyms: [couch]}]")
    assert [entry.words for entry in load_vocabulary(path).entries] == [("chair",), ("sofa", "couch")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("- chair", "must hold a list"),
        ("classes: {a: b}", "must hold"),
        ("classes: [[a]]", "neither"),
        ("{", "YAML"),
        ("classes: [{name: sofa, synonyms: couch}]", r"synonyms of 'sofa' are no list: write \[couch\]"),
    ],
)
def test_faulty_files_are_refused_by_name(tmp_path, content, reason):
    path = tmp_path / "words.yaml"
    path.write_text(content)
    with pytest.raises(VocabularyError, match=reason) as error:
        load_vocabulary(path)
    assert "words.yaml" in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(VocabularyError, match=r"nothing\.yaml"):
        load_vocabulary(tmp_path / "nothing.yaml")


@given(st.lists(st.text(max_size=120), max_size=8))
def test_every_name_is_accepted_or_rejected_and_accepted_ones_differ(names):
    entries, rejected = check(names)
    accepted = [normalise(entry.name) for entry in entries]
    assert len(accepted) == len(set(accepted))
    for name in names:
        assert normalise(name) in accepted or name in rejected


def test_ids_stay_with_their_names_and_only_grow():
    registry = LabelRegistry()
    assert registry.ids(["chair", "table"]) == [0, 1]
    assert registry.ids(["sofa", "chair"]) == [2, 0]
    assert list(registry) == [(0, "chair"), (1, "table"), (2, "sofa")]


def test_colours_depend_on_the_name_alone():
    names = [f"object {number}" for number in range(50)]
    assert [color_of(name) for name in names] == [color_of(name.upper()) for name in names]
    assert len({color_of(name) for name in names}) > 45
