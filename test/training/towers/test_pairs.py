# SPDX-License-Identifier: Apache-2.0
"""Image-text pairs: true captions, every word known, nothing but text in the training split."""

import json
import shutil

import cv2
import numpy as np
import pytest

from xmask3d_ros.model.tokenizer import WordListTokenizer
from xmask3d_training.cli import main
from xmask3d_training.engine.errors import SettingsError
from xmask3d_training.synthetic import SyntheticRoom
from xmask3d_training.synthetic.catalogue import CLUTTER, STYLE_NAMES, SYNONYMS
from xmask3d_training.towers.clip_data import ClipData, PairViews
from xmask3d_training.towers.looks import anew, as_it_is, mirrored, recoloured
from xmask3d_training.towers.pairs import MOST_BOXES, ViewPairs, Window, read_pairs
from xmask3d_training.towers.pairs_command import pairs_of_scene, without_holes
from xmask3d_training.towers.word_list import generator_words
from xmask3d_training.towers.words import forget_words


def captions(rooms, split):
    for view in read_pairs(rooms, split):
        yield from view.captions
        yield from (window.caption for window in view.windows)


def test_the_word_list_covers_all_captions(rooms):
    tokenizer = WordListTokenizer(rooms / "towers" / "words.txt", 64)
    assert set(tokenizer.words) == set(generator_words())
    texts = list(captions(rooms, "train"))
    assert len(texts) > 30
    assert not (tokenizer(texts) == WordListTokenizer.UNKNOWN).any()
    said = {*SYNONYMS, *(word for words in SYNONYMS.values() for word in words), *CLUTTER, *STYLE_NAMES.values()}
    never = {"locker", "file cabinet", "bunk bed", "laptop", "guitar", "coat rack"}  # all their designs are held out
    assert {phrase for phrase in said if tokenizer.unknown(phrase)} == never


def test_training_pairs_hold_text_alone(rooms):
    lines = (rooms / "towers" / "train.jsonl").read_text().splitlines()
    assert len(lines) == 3
    for line in lines:
        view = json.loads(line)
        assert set(view) == {"image", "captions", "windows"} and view["windows"]
        for window in view["windows"]:
            assert set(window) == {"box", "caption", "name", "more"} and not window["name"]


def test_a_named_window_shows_what_it_says(rooms):
    about = json.loads((rooms / "scannet_2d" / "held00012_00" / "objects.json").read_text())["objects"]
    checked = 0
    for view in read_pairs(rooms, "val"):
        path = rooms / view.image.replace("color", "instance").replace("jpg", "png")
        instance = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        for window in view.windows:
            assert len(window.boxes) <= MOST_BOXES
            for left, right, top, bottom in window.boxes:
                assert 0 <= left < right <= 320 and 0 <= top < bottom <= 240
                if window.name:
                    named = [int(number) for number, entry in about.items() if entry["name"] == window.name]
                    inside = np.isin(instance[top:bottom, left:right], named)
                    assert inside.mean() > (0.65 if window.more else 0.2)
                    checked += 1
    assert checked > 10


def test_equal_arguments_give_equal_pairs(rooms):
    assert pairs_of_scene(rooms, 3, "room00011_00") == pairs_of_scene(rooms, 3, "room00011_00")
    assert pairs_of_scene(rooms, 3, "room00011_00") != pairs_of_scene(rooms, 4, "room00011_00")


def test_the_words_of_a_clip_that_is_to_be_trained_on_are_kept(tmp_path, capsys):
    (tmp_path / "list.txt").write_text("a\n# at\nchair\n")
    assert main(["towers", "pairs", "--data", str(tmp_path), "--words", str(tmp_path / "list.txt")]) == 0
    assert (tmp_path / "towers" / "words.txt").read_text() == "a\n# at\nchair\n"
    assert main(["towers", "pairs", "--data", str(tmp_path), "--words", str(tmp_path / "none.txt")]) == 2
    assert "there is no file" in capsys.readouterr().err


def test_holes_get_their_objects_distance():
    instance = np.array([[1, 1, 1, 2], [1, 3, 3, 2]], np.int32)
    depth = np.array([[2.0, 4.0, 0.0, 1.0], [3.0, 0.0, 0.0, 1.0]])
    found = without_holes(depth, instance)
    np.testing.assert_array_equal(found, [[2, 4, 3, 1], [3, np.nan, np.nan, 1]])


def test_rooms_of_another_generator_are_refused(rooms, monkeypatch):
    class Other(SyntheticRoom):
        def __init__(self, seed, held_out, views, kind):
            super().__init__(seed + 1, held_out, views, kind=kind)

    monkeypatch.setattr("xmask3d_training.towers.pairs_command.SyntheticRoom", Other)
    with pytest.raises(SettingsError, match="another version"):
        pairs_of_scene(rooms, 0, "room00011_00")


@pytest.mark.parametrize(
    ("captions", "missing"), [({}, 3), ({"room00011_00": {"0": ["a room"], "20": [], "40": ["a room"]}}, 1)]
)
def test_a_room_without_captions_is_named_with_the_remedy(rooms, tmp_path, captions, missing):
    root = shutil.copytree(rooms, tmp_path / "data")
    (root / "caption" / "caption_view_scannet_synthetic_all.json").write_text(json.dumps(captions))
    expected = f"room00011_00 has no captions of {missing} of its 3 views.* rooms --rooms 1 --seed 11`"
    with pytest.raises(SettingsError, match=expected):
        pairs_of_scene(root, 0, "room00011_00")


@pytest.mark.parametrize("content", ["", '{"room00011_00": {'])
def test_damaged_captions_are_named_with_the_remedy(rooms, tmp_path, content):
    root = shutil.copytree(rooms, tmp_path / "data")
    (root / "caption" / "caption_view_scannet_synthetic_all.json").write_text(content)
    with pytest.raises(SettingsError, match="missing or damaged: write the rooms again"):
        pairs_of_scene(root, 0, "room00011_00")


def test_a_view_may_be_seen_without_any_window(rooms):
    views = [view for view in read_pairs(rooms, "train") if view.windows]
    data = ClipData(rooms, windows=0, crops=0, augment=False)
    data.image_size = 32
    pairs = PairViews(data, views, WordListTokenizer(rooms / "towers" / "words.txt", 16))[0]
    assert len(pairs.tokens) == len(pairs.boxes) == 1 and len(pairs.crops) == 0


def test_missing_pairs_name_the_command(tmp_path, settings, capsys):
    assert main(["towers", *settings("vae", tmp_path / "run", data__root=tmp_path)]) == 2
    assert "towers pairs --data" in capsys.readouterr().err


def test_forgotten_words(rooms):
    tokenizer = WordListTokenizer(rooms / "towers" / "words.txt", 8)
    tokens = tokenizer(["a red chair", "a chair next to a bed and a table", ""])
    assert forget_words(tokens, 0.0, np.random.default_rng(0)).equal(tokens)
    gone = forget_words(tokens, 1.0, np.random.default_rng(0))
    start, end = tokens[0, 0], tokens.max()
    assert (gone[:, 0] == start).all() and ((gone == end) == (tokens == end)).all()
    assert (gone[0, 1:4] == WordListTokenizer.UNKNOWN).all() and ((gone == 0) == (tokens == 0)).all()


def test_other_colours_are_not_told():
    image = np.full((240, 320, 3), (200, 40, 30), np.uint8)
    image[:, 160:] = 128
    window = Window((0, 160, 0, 240), "a photo of an orange chair next to a large brown sofa")
    view = ViewPairs("", ("there is a white armchair in the office",), (window,))
    looks = [
        recoloured(as_it_is(image, view, np.random.default_rng(0)), np.random.default_rng(seed)) for seed in range(20)
    ]
    for look in looks:
        assert look.windows[0].caption == "a photo of a chair next to a large sofa"
        assert look.windows[0].boxes == window.boxes
        assert look.caption == "there is an armchair in the office"
        assert look.image.shape == image.shape and look.image.dtype == np.uint8
        assert np.ptp(look.image[:, :160].reshape(-1, 3), axis=0).max() == 0, "one colour stays one colour"
    assert len({tuple(look.image[0, 0]) for look in looks}) == 20


def test_looks_keep_captions_true():
    image = np.zeros((240, 320, 3), np.uint8)
    image[60:120, 40:100] = 200
    window = Window((40, 100, 60, 120), "a grey box to the left of a chair", more=((50, 80, 70, 110),))
    view = ViewPairs("", ("a view of a room",), (window, window, window, Window((0, 320, 0, 240), "a room")))
    mirror = mirrored(as_it_is(image, view, np.random.default_rng(0)))
    assert mirror.windows[0].boxes == ((220, 280, 60, 120), (240, 270, 70, 110))
    assert mirror.windows[0].caption == "a grey box to the right of a chair"
    whole = 0
    for seed in range(40):
        look = anew(image, view, np.random.default_rng(seed))
        whole += look.caption is not None
        assert len(look.windows) >= 3
        for found in look.windows:
            if " box to the " in found.caption:
                # Only what fills the window stays in it, and nearly all of one of its rectangles.
                for left, right, top, bottom in found.boxes:
                    assert look.image[top:bottom, left:right].min() > 100, "dark is what lies around it"
                    assert (right - left) * (bottom - top) >= 0.85 * 30 * 40
            else:
                assert found.box == (0, look.image.shape[1], 0, look.image.shape[0])
    assert 5 < whole < 39
