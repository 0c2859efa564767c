# SPDX-License-Identifier: Apache-2.0
"""Faulty files are counted, named and skipped; a wrong root is told from a right one."""

import json
import shutil

import cv2
import numpy as np
import pytest

from xmask3d_training.data.config import REFERENCE_CAPTIONER, DataConfig
from xmask3d_training.data.datasets import EvaluationViews, TrainingViews
from xmask3d_training.data.frames import FrameFiles
from xmask3d_training.data.problems import Problem, ProblemLog
from xmask3d_training.data.root import DataRootError
from xmask3d_training.prepare.downloaded import REFERENCE_CAMERA
from xmask3d_training.prepare.errors import FrameError
from xmask3d_training.prepare.layout import Layout

SCENE = "scene0000_00"


def damage(root, kind, frame="20"):
    """Break one frame; returns the reason expected."""
    folder = root / "scannet_2d" / SCENE
    pose, depth = folder / "pose" / f"{frame}.txt", folder / "depth" / f"{frame}.png"
    label, color = folder / "label" / f"{frame}.png", folder / "color" / f"{frame}.jpg"
    captions = root / "caption" / f"caption_view_scannet_{REFERENCE_CAPTIONER}_.json"
    if kind == "nan pose":
        pose.write_text("nan " * 16)
    elif kind == "lost tracking":
        pose.write_text("-inf " * 16)
    elif kind == "short pose":
        pose.write_text("1 0 0 0")
    elif kind == "no pose":
        pose.unlink()
    elif kind == "no depth":
        depth.unlink()
    elif kind == "wrong-sized depth":
        depth.write_bytes(cv2.imencode(".png", np.zeros((480, 640), np.uint16))[1].tobytes())
    elif kind == "damaged depth":
        depth.write_bytes(depth.read_bytes()[:50])
    elif kind == "no label":
        label.unlink()
    elif kind == "colour label":
        label.write_bytes(cv2.imencode(".png", np.zeros((240, 320, 3), np.uint8))[1].tobytes())
    elif kind == "damaged colour":
        color.write_bytes(b"")
    elif kind == "intrinsics":
        (folder / "intrinsics").mkdir()
        (folder / "intrinsics" / f"{frame}.txt").write_text("0 0 0\n0 0 0\n0 0 1\n")
    else:
        content = json.loads(captions.read_text())
        content[SCENE][frame] = " " if kind == "no caption" else [" "]
        captions.write_text(json.dumps(content))


FAULTS = {
    "nan pose": "pose is not finite",
    "lost tracking": "pose is not finite",
    "short pose": "pose is not a 4x4 matrix",
    "no pose": "no pose",
    "no depth": "no depth image",
    "wrong-sized depth": "depth image is 640x480, not 320x240",
    "damaged depth": "depth image cannot be decoded",
    "no label": "no label image",
    "colour label": "label image is 320x240x3, not 320x240",
    "damaged colour": "color image cannot be decoded",
    "intrinsics": "intrinsics are no camera's",
    "no caption": "no caption",
    "several captions": "no caption",
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_faulty_frame_is_named_and_another_drawn(root, kind):
    damage(root, kind)
    views, log = TrainingViews(DataConfig(root, image_size=16)), ProblemLog()
    drawn = set()
    for key in range(0, 60, 3):
        item = views[key]
        assert item.view.scene == SCENE
        drawn.add(item.view.frame)
        log.add(item.problems)
    assert drawn == {"0", "40", "100"}
    assert log.counts() == {FAULTS[kind]: 1}
    assert log.summary() == f"1 x {FAULTS[kind]}: {SCENE} 20"


def test_evaluation_needs_neither_labels_nor_captions(root):
    shutil.rmtree(root / "caption")
    shutil.rmtree(root / "scannet_2d" / "scene0003_00" / "label")
    assert EvaluationViews(DataConfig(root))[0].view is not None


def test_evaluation_names_the_frames_that_the_rule_skips(root):
    depth = root / "scannet_2d" / "scene0003_00" / "depth" / "20.png"
    depth.write_bytes(cv2.imencode(".png", np.zeros((240, 320), np.uint16))[1].tobytes())
    item = EvaluationViews(DataConfig(root))[1]
    assert item.view is None and item.problems == (Problem("scene0003_00", "20", "too few visible points"),)
    item = EvaluationViews(DataConfig(root), most_points=500)[0]
    assert item.problems == (Problem("scene0003_00", "0", "too many visible points"),)


def test_a_scene_without_a_usable_frame_gives_its_place_to_the_next(root):
    for frame in ("0", "20", "40", "100"):
        damage(root, "nan pose", frame)
    item = TrainingViews(DataConfig(root))[0]
    assert item.view.scene == "scene0001_00"
    assert Problem(SCENE, "", "no frame of the scene can be used") in item.problems and len(item.problems) == 5


@pytest.mark.parametrize("fault", ["truncated", "no frames"])
def test_a_damaged_scene_gives_its_place_to_the_next(root, fault):
    if fault == "truncated":
        path = root / "scannet_3d" / "train" / f"{SCENE}_vh_clean_2.pth"
        path.write_bytes(path.read_bytes()[:1000])
    else:
        shutil.rmtree(root / "scannet_2d" / SCENE / "color")
    item = TrainingViews(DataConfig(root))[0]
    assert item.view.scene == "scene0001_00"
    assert item.problems[0].scene == SCENE and item.problems[0].frame == ""


def test_scannet200_ids_must_fit_their_points(root):
    path = root / "scannet_3d_200" / "train" / f"{SCENE}.txt"
    path.write_text("1\n2\n")
    item = TrainingViews(DataConfig(root, benchmark="scannet200_b170n30"))[0]
    assert item.problems == (Problem(SCENE, "", "the scene has more or fewer ScanNet200 ids than points"),)
    path.write_text("chair\n")
    item = TrainingViews(DataConfig(root, benchmark="scannet200_b170n30"))[0]
    assert item.problems == (Problem(SCENE, "", "the scene's ScanNet200 ids cannot be read"),)


def test_nothing_usable_at_all(root):
    for path in (root / "scannet_2d").glob("*/pose/*.txt"):
        path.unlink()
    with pytest.raises(RuntimeError, match=r"no frame of 3 training scenes .* no pose"):
        TrainingViews(DataConfig(root))[0]


@pytest.mark.parametrize(
    ("gone", "named"),
    [("scannet_3d", "scenes"), ("scannet_2d", "frames"), ("caption", "captions"),
     ("scannet_3d_200", "ScanNet200 labels")],
)  # fmt: skip
def test_a_wrong_root_gets_the_expected_tree(root, gone, named):
    shutil.rmtree(root / gone)
    name = "scannet200_b170n30" if gone == "scannet_3d_200" else "scannet_b12n7"
    with pytest.raises(DataRootError) as error:
        TrainingViews(DataConfig(root, benchmark=name))
    message = str(error.value)
    assert f"missing: {named} (" in message and "it holds" in message
    for part in ("_vh_clean_2.pth", "scannet_2d/<scene>/color/<id>.jpg", "depth/<id>.png", "pose/<id>.txt", "label"):
        assert part in message
    assert REFERENCE_CAPTIONER in message and "xmask3d train prepare" in message


def test_a_root_that_does_not_exist_or_is_empty(tmp_path):
    with pytest.raises(DataRootError, match="it does not exist"):
        EvaluationViews(DataConfig(tmp_path / "nowhere"))
    (tmp_path / "scannet_3d" / "val").mkdir(parents=True)
    (tmp_path / "scannet_2d").mkdir()
    with pytest.raises(DataRootError, match=r"has no \.pth file"):
        EvaluationViews(DataConfig(tmp_path))
    with pytest.raises(DataRootError, match=r"s3dis_3d/\{train,val\}/<scene>\.pth"):
        EvaluationViews(DataConfig(tmp_path, benchmark="s3dis_b8n4"))


@pytest.mark.parametrize("content", ["{", "[]", '{"scene0000_00": "a wall"}'])
def test_a_broken_caption_file(root, content):
    next((root / "caption").iterdir()).write_text(content)
    with pytest.raises(DataRootError, match=r"no caption file .*: make it again"):
        TrainingViews(DataConfig(root))


def test_the_references_camera_is_scannets_alone(tmp_path):
    assert FrameFiles(Layout(tmp_path, "scannet"), SCENE, "0").camera() == REFERENCE_CAMERA
    with pytest.raises(FrameError, match=r"nor intrinsics.txt: prepare the scene again"):
        FrameFiles(Layout(tmp_path, "s3dis"), "Area_1_office_1", "0").camera()


def test_scenes_of_the_same_fault_are_counted_together(root):
    """Missing and damaged points: the words do not name the file."""
    views, log = TrainingViews(DataConfig(root)), ProblemLog()
    for scene in (SCENE, "scene0001_00"):
        path = root / "scannet_3d" / "train" / f"{scene}_vh_clean_2.pth"
        path.write_bytes(path.read_bytes()[:1000])
    log.add(views[0].problems)
    ((reason, count),) = log.counts().items()
    assert count == 2 and reason.startswith("the scene's points cannot be read") and str(root) not in reason
    assert list(log) == [Problem(SCENE, "", reason), Problem("scene0001_00", "", reason)]


def test_files_with_code_in_them_are_not_run(root, tmp_path):
    import pickle

    import torch

    class Evil:
        def __reduce__(self):
            return (exec, (f"open({str(tmp_path / 'ran')!r}, 'w')",))

    path = root / "scannet_3d" / "train" / f"{SCENE}_vh_clean_2.pth"
    torch.save(Evil(), path, pickle_module=pickle)
    item = TrainingViews(DataConfig(root))[0]
    assert item.problems[0].scene == SCENE and not (tmp_path / "ran").exists()


def test_the_log_counts_each_problem_once():
    log = ProblemLog()
    problems = [Problem("a", str(number), "no pose") for number in range(5)] + [Problem("b", "", "no frames")]
    assert log.add(problems) == problems
    assert log.add([*problems, Problem("c", "", "no frames")]) == [Problem("c", "", "no frames")]
    assert len(log) == 7 and log.counts() == {"no pose": 5, "no frames": 2}
    assert log.summary() == "5 x no pose: a 0, a 1, a 2, ...\n2 x no frames: b, c"
