# SPDX-License-Identifier: Apache-2.0
"""Evaluation of one bag, from the command's options to its files. Not a command of its own."""

from __future__ import annotations

import argparse
import tempfile
from contextlib import ExitStack
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from xmask3d_ros.cloud import LabelledCloud
from xmask3d_ros.commands.error import CommandError
from xmask3d_ros.commands.evaluate_live import PLY_FILE, play_live
from xmask3d_ros.commands.output import writing
from xmask3d_ros.commands.segment import check_device, make_report
from xmask3d_ros.evaluation.bag import BagError, Topics, open_bag
from xmask3d_ros.evaluation.report.document import REPORT_FILE, make_document, write_document
from xmask3d_ros.evaluation.report.page_file import write_page
from xmask3d_ros.evaluation.report.rerun_file import RerunFile
from xmask3d_ros.evaluation.scoring.clouds import class_numbers
from xmask3d_ros.evaluation.scoring.live import LiveScores
from xmask3d_ros.evaluation.scoring.run import Evaluator
from xmask3d_ros.evaluation.scoring.split import find_split, groups_of
from xmask3d_ros.evaluation.scoring.tally import Groups
from xmask3d_ros.evaluation.truth.error import GroundTruthError
from xmask3d_ros.evaluation.truth.open import TruthOptions, open_truth
from xmask3d_ros.files import write_ply
from xmask3d_ros.geometry import RgbdFrame
from xmask3d_ros.model.checkpoint import CheckpointError, load_model
from xmask3d_ros.model.config import ModelConfig
from xmask3d_ros.model.frozen_files import FrozenWeightsError
from xmask3d_ros.model.text import base_words
from xmask3d_ros.model.xmask3d import XMask3D
from xmask3d_ros.pipeline import Segmenter, SegmenterConfig
from xmask3d_ros.vocabulary import Vocabulary, VocabularyError, read_vocabulary

PAGE_FILE = "report.html"
INPUT_ERRORS = (BagError, VocabularyError, CheckpointError, FrozenWeightsError, GroundTruthError)


@lru_cache(maxsize=1)
def _model(name: str, device: str, precision: str, random_weights: bool) -> XMask3D:
    """Loaded once for all bags of a process."""
    return load_model(name, check_device(device), precision, random_weights)


def settings_of(options: argparse.Namespace) -> dict[str, Any]:
    """What decides the scores, besides bag and model."""
    return {
        "topics": {kind: getattr(options, f"{kind}_topic") for kind in ("color", "depth", "color_info", "depth_info")},
        "fixed_frame": options.fixed_frame,
        "vocabulary": options.vocabulary,
        "random_weights": options.random_weights,
        "ground_truth": options.ground_truth,
        "ground_truth_frame": options.ground_truth_frame,
        "label_map": None if options.label_map is None else str(options.label_map),
        "label_names": None if options.label_names is None else str(options.label_names),
        "radius_m": options.radius,
        "stride": options.stride,
        "split": options.split,
        "evidence": options.evidence,
        "precision": options.precision,
        "tolerance_s": options.tolerance,
    }


def evaluate(options: argparse.Namespace) -> dict[str, Any]:
    """Evaluate one bag and write its results; returns the report.

    Raises:
        CommandError: the split or the device is unknown, the node did not answer, or results cannot be written.
        INPUT_ERRORS: whatever else cannot be used.
    """
    vocabulary = read_vocabulary(options.vocabulary)
    topics = Topics(options.color_topic, options.depth_topic, options.color_info_topic, options.depth_info_topic)
    frames = open_bag(options.bag, topics, options.fixed_frame, options.tolerance)
    model = _model(options.model, options.device, options.precision, options.random_weights)
    segmenter = Segmenter(model, vocabulary, SegmenterConfig(evidence=options.evidence))
    config = segmenter.config
    groups = choose_groups(options.split, vocabulary, model.config)
    truth = open_truth(
        TruthOptions(
            options.ground_truth, options.ground_truth_frame, options.label_map, options.label_names, options.radius
        ),
        frames,
        vocabulary,
        config.map.voxel_size,
        (config.min_depth, config.max_depth),
    )
    evaluator = Evaluator(segmenter, truth.reference, groups, options.radius, options.stride, options.worst)
    with ExitStack() as stack:
        stack.callback(truth.close)
        recording = None
        if options.rerun is not None:
            with writing(options.rerun):
                recording = RerunFile(options.rerun, groups.names)
            stack.callback(recording.close)
            evaluator.watcher = partial(_record, recording, groups.names, config.map.voxel_size)
        if options.live:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="xmask3d_live_"))
            run = play_live(options, frames, vocabulary, config.map.voxel_size, Path(folder))
            evaluator.over_dds = LiveScores(run, groups, options.radius)
        outcome = evaluator.run(
            tqdm(frames, total=len(frames), unit="frame", desc=Path(options.bag).name, disable=options.quiet)
        )
        if recording is not None:
            recording.truth(outcome.at_truth.points, outcome.at_truth.truth, config.map.voxel_size)
        final_live = None if evaluator.over_dds is None else evaluator.over_dds.final_cloud()
    facts = make_report(frames, segmenter, outcome.cloud, options)
    document = make_document(facts, outcome, truth, groups, settings_of(options))
    with writing(options.out):
        if final_live is None:
            (options.out / PLY_FILE).unlink(missing_ok=True)  # of an earlier run, it would not belong to this report
        else:
            write_ply(final_live, options.out / PLY_FILE, frames.fixed_frame)
        write_ply(outcome.cloud, options.out / "labelled.ply", frames.fixed_frame)
        write_page(document, outcome, groups.names, options.out / PAGE_FILE)
        write_document(document, options.out / REPORT_FILE)
    return document


def _record(
    recording: RerunFile, names: tuple[str, ...], voxel_size: float, frame: RgbdFrame, cloud: LabelledCloud | None
) -> None:
    classes = np.empty(0, np.int64) if cloud is None else class_numbers(cloud, names)
    recording.frame(frame, cloud, classes, voxel_size)


def choose_groups(split: str | None, vocabulary: Vocabulary, config: ModelConfig) -> Groups:
    """Base and novel classes: of the named split, else what the model's gate takes for them, synonyms too."""
    if split is None:
        return groups_of(vocabulary, base_words(config))
    try:
        return groups_of(vocabulary, find_split(split).base_names)
    except ValueError as error:
        raise CommandError(f"--split: {error}") from error
