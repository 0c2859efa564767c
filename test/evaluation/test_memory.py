# SPDX-License-Identifier: Apache-2.0
"""A long evaluation holds no more memory than a short one."""

from itertools import cycle, islice

import numpy as np
from room_recording import ROOM, TRUTH

from xmask3d_ros.evaluation.bag import open_bag
from xmask3d_ros.evaluation.scoring.memory import peak_mib, resident_mib
from xmask3d_ros.evaluation.scoring.run import Evaluator
from xmask3d_ros.evaluation.scoring.tally import Groups
from xmask3d_ros.evaluation.truth.cloud import read_truth_cloud
from xmask3d_ros.evaluation.truth.names import meaning_of
from xmask3d_ros.evaluation.truth.reference import CloudReference
from xmask3d_ros.pipeline import Segmenter, SegmenterConfig
from xmask3d_ros.vocabulary import make_vocabulary


def test_a_looped_recording_does_not_grow(model):
    """Three frames of the room, a dozen times over, the map forgetting nothing: memory is flat after the first half."""
    vocabulary = make_vocabulary(["wall", "floor", "sofa"])
    cloud = read_truth_cloud(TRUTH)
    classes = meaning_of(cloud.names, vocabulary).class_of_name[cloud.names_of_points]
    frames = list(open_bag(ROOM).thinned(3))
    segmenter = Segmenter(model, vocabulary, SegmenterConfig(evidence="compact"))
    reference = CloudReference(cloud.points, classes, 0.05)
    evaluator = Evaluator(segmenter, reference, Groups(vocabulary.names, None), stride=2, worst_frames=2)
    outcome = evaluator.run(islice(cycle(frames), 40))
    assert len(outcome.frames) == 20
    assert len(outcome.worst) == 2
    assert np.shape(outcome.poses) == (40, 4, 4)
    assert outcome.memory["end"] - outcome.memory["halfway"] < 12, outcome.memory
    assert outcome.memory["peak"] >= max(outcome.memory["start"], outcome.memory["end"]) > 50
    assert peak_mib() > resident_mib() - 8 > 50, "the kernel counts the two apart, each a little late"
