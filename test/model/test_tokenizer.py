# SPDX-License-Identifier: Apache-2.0
"""Words to token numbers."""

import pytest

from xmask3d_ros.model.tokenizer import BytePairTokenizer, WordListTokenizer


@pytest.fixture
def words(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("chair\ncurtain\nshower\n", encoding="utf-8")
    return path


def test_a_text_is_its_words_between_start_and_end(words):
    tokens = WordListTokenizer(words, context_length=6)(["shower curtain", "", "Night-stand, CHAIR!"])
    assert tokens.tolist() == [[5, 4, 3, 6, 0, 0], [5, 6, 0, 0, 0, 0], [5, 1, 1, 2, 6, 0]]


def test_a_word_that_training_never_met_keeps_its_number_and_is_unknown(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("chair\n# locker\nshower\n", encoding="utf-8")
    tokenizer = WordListTokenizer(path, context_length=6)
    assert tokenizer(["chair locker shower"]).tolist() == [[5, 2, 1, 4, 6, 0]]
    assert (tokenizer.words, tokenizer.unknown("a locker")) == (("chair", "shower"), ["a", "locker"])
    assert tokenizer.lines == ("chair", "# locker", "shower") and tokenizer.vocabulary_size == 7


def test_a_long_text_keeps_its_end(words):
    tokenizer = WordListTokenizer(words, context_length=4)
    assert tokenizer(["chair curtain shower chair"]).tolist() == [[5, 2, 3, 6]]


def test_end_of_text_has_the_highest_number(words):
    tokenizer = WordListTokenizer(words, context_length=6)
    assert tokenizer(["shower"]).max() == tokenizer.vocabulary_size - 1


def test_it_says_which_words_it_does_not_know(words):
    tokenizer = WordListTokenizer(words, context_length=6)
    assert tokenizer.unknown("Shower chair") == []
    assert tokenizer.unknown("old chair, sofa-like") == ["old", "sofa", "like"]


def test_byte_pairs_know_every_word_and_fill_the_context():
    tokenizer = BytePairTokenizer(context_length=77)
    assert tokenizer.unknown("xyzzy") == []
    assert tokenizer(["a chair"]).shape == (1, 77)
    assert tokenizer([""])[0, :3].tolist() == [49406, 49407, 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("# chair\n", "empty"),
        ("chair\nchair\n", "line 2: 'chair' is in the list twice"),
        ("Chair\n", "line 1"),
        ("a b\n", "line 1"),
    ],
)
def test_a_bad_list_is_refused(tmp_path, text, message):
    path = tmp_path / "words.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        WordListTokenizer(path, context_length=4)
