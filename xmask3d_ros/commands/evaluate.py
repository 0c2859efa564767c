# SPDX-License-Identifier: Apache-2.0
"""Score a recording against ground truth: one command from a bag to a table.

Reads the bag in code, never by playback, so that every run gives the same result but for timings. Ground truth is a
labelled cloud (.npz, .ply, .pcd), a folder of label images, or an image topic of the bag (topic:/name). Writes
report.json, report.html (open it in a browser; it needs no network) and labelled.ply into the output folder.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from tqdm import tqdm

from xmask3d_ros.commands.error import CommandError
from xmask3d_ros.commands.segment import add_bag_arguments, add_model_arguments, check_device, make_report
from xmask3d_ros.evaluation.bag import BagError, Topics, open_bag
from xmask3d_ros.evaluation.report.document import REPORT_FILE, make_document, write_document
from xmask3d_ros.evaluation.report.page_file import write_page
from xmask3d_ros.evaluation.scoring.run import Evaluator
from xmask3d_ros.evaluation.scoring.split import find_split, groups_of
from xmask3d_ros.evaluation.scoring.tally import Groups
from xmask3d_ros.evaluation.truth.error import GroundTruthError
from xmask3d_ros.evaluation.truth.open import TruthOptions, open_truth
from xmask3d_ros.files import write_ply
from xmask3d_ros.model.checkpoint import CheckpointError, load_model
from xmask3d_ros.model.config import ModelConfig
from xmask3d_ros.model.frozen_files import FrozenWeightsError
from xmask3d_ros.pipeline import Segmenter, SegmenterConfig
from xmask3d_ros.vocabulary import Vocabulary, VocabularyError, read_vocabulary

HELP = "score an RGB-D bag against ground truth and write a report"
PAGE_FILE = "report.html"
INPUT_ERRORS = (BagError, VocabularyError, CheckpointError, FrozenWeightsError, GroundTruthError)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("bag", metavar="BAG", help="ROS 2 bag (folder, .mcap or .db3) or ROS 1 .bag")
    parser.add_argument(
        "--vocabulary", required=True, help="a .yaml file with 'classes', or names separated by commas: 'chair,table'"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the results")
    add_truth_arguments(parser)
    add_model_arguments(parser)
    add_bag_arguments(parser)
    parser.add_argument(
        "--evidence", choices=("exact", "compact"), default="exact", help="what voxels remember (default: exact)"
    )
    parser.add_argument("--stride", type=int, default=1, help="run the network on every n-th frame (default: 1)")
    parser.add_argument("--worst", type=int, default=6, help="frames shown in the report (default: 6)")


def add_truth_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments that say what is true."""
    parser.add_argument(
        "--ground-truth", required=True, help="labelled cloud, folder of label images, or topic:/name of the bag"
    )
    parser.add_argument("--ground-truth-frame", help="TF frame of the cloud (default: the map's fixed frame)")
    parser.add_argument("--label-map", type=Path, help="YAML of 'ground truth name: class of the vocabulary, or null'")
    parser.add_argument("--label-names", type=Path, help="YAML of 'label: name', for ground truth without names")
    parser.add_argument(
        "--radius", type=float, default=0.05, help="metres within which a label belongs to a point (default: 0.05)"
    )
    parser.add_argument(
        "--split", help="which classes are base, as in b15n4 (default: the classes that the model was trained on)"
    )


def run(options: argparse.Namespace) -> None:
    """Evaluate. Raises :class:`CommandError` for anything wrong with the input."""
    if options.stride < 1 or options.worst < 0 or not options.radius > 0:
        raise CommandError("--stride must be at least 1, --worst at least 0, --radius above 0")
    try:
        document = evaluate(options)
    except INPUT_ERRORS as error:
        raise CommandError(str(error)) from error
    print(table(document))
    print(f"see {options.out}/{PAGE_FILE}, {REPORT_FILE}, labelled.ply")


def evaluate(options: argparse.Namespace) -> dict[str, Any]:
    """Evaluate one bag and write its results; returns the report."""
    vocabulary = read_vocabulary(options.vocabulary)
    topics = Topics(options.color_topic, options.depth_topic, options.color_info_topic, options.depth_info_topic)
    frames = open_bag(options.bag, topics, options.fixed_frame, options.tolerance)
    model = load_model(options.model, check_device(options.device), options.precision, options.random_weights)
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
    try:
        outcome = evaluator.run(tqdm(frames, total=len(frames), unit="frame", desc="evaluating"))
    finally:
        truth.close()
    settings = {
        "ground_truth": options.ground_truth,
        "radius_m": options.radius,
        "stride": options.stride,
        "split": options.split,
    }
    facts = make_report(frames, segmenter, outcome.cloud, options)
    document = make_document(facts, outcome, truth, groups, settings)
    write_ply(outcome.cloud, options.out / "labelled.ply", frames.fixed_frame)
    write_page(document, outcome, groups.names, options.out / PAGE_FILE)
    write_document(document, options.out / REPORT_FILE)
    return document


def choose_groups(split: str | None, vocabulary: Vocabulary, config: ModelConfig) -> Groups:
    """Base and novel classes: of the named split, else by what the model was trained on."""
    if split is None:
        return groups_of(vocabulary, config.base_classes)
    try:
        return groups_of(vocabulary, find_split(split).base_names)
    except ValueError as error:
        raise CommandError(f"--split: {error}") from error


def table(document: dict[str, Any]) -> str:
    """The scores as lines of text, in percent."""
    scores = document["scores"]
    lines = [("final map, all points", scores["final_map"]["all"])]
    lines += [(f"final map, {name}", scores["final_map"][name]) for name in ("covered", "filled")]
    lines += [("live labels", scores["live"]), ("single views", scores["single_views"])]
    columns = ("miou", "miou_base", "miou_novel", "hiou", "accuracy", "coverage", "calibration_error")
    titles = ("mIoU", "base", "novel", "hIoU", "accuracy", "coverage", "ECE")
    text = [f"{'':24}" + "".join(f"{title:>10}" for title in titles)]
    for name, result in lines:
        values = (result[column] for column in columns)
        text.append(f"{name:24}" + "".join(f"{'-' if value is None else f'{100 * value:.1f}':>10}" for value in values))
    unknown = document["ground_truth"]["unknown"]
    if unknown:
        text.append(f"not in the vocabulary, not scored: {', '.join(unknown)} (--label-map says what names mean)")
    frames = document["frames"]
    dropped = ", ".join(f"{count} {cause}" for cause, count in frames["dropped"].items() if count) or "none"
    text.append(f"frames: {frames['paired']} pairs, {frames['segmented']} segmented; dropped: {dropped}")
    return "\n".join(text)
