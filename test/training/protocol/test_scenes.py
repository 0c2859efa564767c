# SPDX-License-Identifier: Apache-2.0
"""Votes, unseen points and counts against loops over points (METHODS 1.14.4-5)."""

import numpy as np
import pytest
import torch

from xmask3d_training.data.scenes import Scene
from xmask3d_training.protocol.branches import BRANCHES, UNDECIDED
from xmask3d_training.protocol.scenes import SceneEvaluation
from xmask3d_training.protocol.votes import SceneVotes

CLASSES = 4


def make_scene(name: str, points: int, seed: int) -> Scene:
    generator = np.random.default_rng(seed)
    return Scene(
        name,
        generator.uniform(0, 3, (points, 3)).astype(np.float32),
        np.zeros((points, 3), np.float32),
        generator.integers(0, CLASSES + 2, points),
    )


def make_views(points: int, seed: int, views: int = 5) -> list[tuple[np.ndarray, dict[str, np.ndarray]]]:
    """Frames that see parts of a scene; the 2D output of the second one says nothing."""
    generator = np.random.default_rng(seed)
    made = []
    for number in range(views):
        seen = np.flatnonzero(generator.random(points) < 0.35)
        labels = {branch: generator.integers(0, CLASSES, len(seen)) for branch in BRANCHES}
        if number == 1:
            labels["2d"][:] = UNDECIDED
        made.append((seen, labels))
    return made


def by_hand(scene: Scene, views, branch: str) -> list[int]:
    votes: list[list[int]] = [[] for _ in scene.labels]
    for seen, labels in views:
        for point, label in zip(seen, labels[branch], strict=True):
            if label != UNDECIDED:
                votes[point].append(int(label))
    winners = [min(set(given), key=lambda label: (-given.count(label), label)) if given else None for given in votes]
    final = []
    for point, winner in enumerate(winners):
        if winner is None:
            distance = [
                np.linalg.norm(scene.coordinates[point] - scene.coordinates[other]) if winners[other] is not None
                else np.inf
                for other in range(len(winners))
            ]  # fmt: skip
            winner = winners[int(np.argmin(distance))]
        final.append(winner)
    return final


def test_scenes_one_after_the_other():
    evaluation = SceneEvaluation(CLASSES)
    expected = {branch: np.zeros((CLASSES, CLASSES + 1), int) for branch in BRANCHES}
    for seed, size in enumerate((150, 90)):
        scene, views = make_scene(f"scene{seed}", size, seed), make_views(size, 10 + seed)
        assert evaluation.begins(scene.name)
        evaluation.begin(scene)
        assert not evaluation.begins(scene.name)
        for seen, labels in views:
            evaluation.vote(
                torch.from_numpy(seen), {branch: torch.from_numpy(values) for branch, values in labels.items()}
            )
        for branch in BRANCHES:
            for truth, label in zip(scene.labels, by_hand(scene, views, branch), strict=True):
                if truth < CLASSES:
                    expected[branch][truth, label] += 1
    evaluation.finish()
    assert evaluation.scenes == ["scene0", "scene1"] and evaluation.frames == 10
    for branch, confusion in evaluation.confusions().items():
        np.testing.assert_array_equal(confusion, expected[branch])


def test_a_scene_without_usable_frames_is_missed():
    evaluation, scene = SceneEvaluation(CLASSES), make_scene("dark", 60, 3)
    evaluation.add_unseen(scene)
    for confusion in evaluation.confusions().values():
        assert confusion[:, :CLASSES].sum() == 0
        assert confusion[:, CLASSES].tolist() == [(scene.labels == label).sum() for label in range(CLASSES)]
    votes = SceneVotes(60, CLASSES)
    assert set(votes.labels(scene.coordinates)) == {UNDECIDED}


@pytest.mark.parametrize(("given", "winner"), [((2, 2, 1), 2), ((3, 1), 1), ((UNDECIDED, 0, UNDECIDED), 0)])
def test_the_most_votes_win_and_the_lowest_class_of_several(given, winner):
    votes = SceneVotes(1, CLASSES)
    for label in given:
        votes.add(np.array([0]), np.array([label]))
    assert votes.labels(np.zeros((1, 3))).tolist() == [winner]
