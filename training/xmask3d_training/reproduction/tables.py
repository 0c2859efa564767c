# SPDX-License-Identifier: Apache-2.0
"""The tables of docs/reproduction.md, section 4, from the results of all runs that there are.

A number is a mean over the seeds of an experiment that have been run, with its spread; what has not been run says so.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from xmask3d_ros.evaluation.benchmarks import benchmark
from xmask3d_training.oracles.report import markdown
from xmask3d_training.reproduction.runner import RESULTS_FILE, read_json

Result = dict[str, Any]
"""Contents of a run's file of results."""
NOT_RUN = "not run"
GATE_ORDER = ("hard", "soft", "off")
OUTPUTS = {"fused": "fused", "3d": "3D", "2d": "2D"}
TINY, TINY_WITHOUT = "tiny", "tiny_no_mask_loss"
MAIN, WITHOUT = "b15n4", "b15n4_no_mask_loss"
_SCORES = ("hiou", "miou_base", "miou_novel")
_NUMBERS = ["hIoU", "base", "novel"]


def read_results(out: Path) -> dict[str, list[Result]]:
    """The results of all finished runs below a folder, by experiment, seeds ascending."""
    found = [read_json(path) for path in out.glob(f"*/{RESULTS_FILE}")]
    experiments: dict[str, list[Result]] = {}
    for result in sorted(found, key=lambda result: (result["experiment"], result["seed"])):
        experiments.setdefault(result["experiment"], []).append(result)
    return experiments


def spread(values: Iterable[float | None]) -> str:
    """Percent: the mean, with the standard deviation and the number of values where there are several."""
    known = [100 * value for value in values if value is not None]
    if not known:
        return NOT_RUN
    if len(known) == 1:
        return f"{known[0]:.1f}"
    return f"{statistics.mean(known):.1f} ± {statistics.stdev(known):.1f} ({len(known)})"


def cells(results: Sequence[Result], output: str, gate: str) -> list[str]:
    """hIoU, base and novel of an output behind a gate."""
    entries = [entry_of(result, output, gate) for result in results]
    return [spread(entry[score] for entry in entries) for score in _SCORES]


def entry_of(result: Result, output: str, gate: str) -> dict[str, Any]:
    """The scores of an output of a run."""
    entries = result["evaluation"][gate]["results"]
    return next(entry for entry in entries if (entry["output"], entry["classes"]) == (output, "all"))


def knows(result: Result) -> str:
    """What a run's training knows of where novel objects are.

    Results of before the choice of views was recorded say nothing of it, and nor does this.
    """
    views = result.get("views_know")
    if result["mask_loss_knows"] and result["binary_head_knows"] and views is not False:
        return "as the reference"
    parts = {
        "mask loss": result["mask_loss_knows"],
        "binary head": result["binary_head_knows"],
        "choice of views": bool(views),
    }
    knowing = [name for name, known in parts.items() if known]
    return f"{knowing[0]} alone" if len(knowing) == 1 else " and ".join(knowing) or "nothing"


def runs_table(found: dict[str, list[Result]]) -> str:
    """What was run, and what it took."""
    rows = []
    for name, results in found.items():
        epochs, views, rooms = (
            ", ".join(str(value) for value in dict.fromkeys(values))  # as a rule, all seeds' are the same
            for values in (
                (result["epochs"] for result in results),
                (result["views"] for result in results),
                (next(iter(result["evaluation"].values()))["scenes"] for result in results),
            )
        )
        minutes = ", ".join(f"{result['minutes']:.0f}" for result in results)
        about = f"{name}: {results[0]['about']}"
        if start := results[0].get("start"):
            about += f", begun with what {start} had learned"
        seeds = ", ".join(str(result["seed"]) for result in results)
        rows += [
            [f"before {name}: {part['about']}", seeds, "", str(part["views"]), f"{part['minutes']:.0f}", ""]
            for part in results[0].get("before", ())
        ]
        rows.append([about, seeds, epochs, views, minutes, rooms])
    return markdown(["experiment", "seeds", "epochs", "views", "minutes", "held-out rooms"], rows)


def tiny_table(found: dict[str, list[Result]]) -> str:
    """The recipe of the bundled model, with and without the mask loss: every output behind every gate, and MaskCLIP."""
    wanted = [(title, output, gate) for output, title in OUTPUTS.items() for gate in GATE_ORDER]
    wanted.append(("its masks named by MaskCLIP, averaged over views", "mask_clip", "off"))
    rows = [
        [title, loss, gate, *cells(found[name], output, gate)]
        for name, loss in ((TINY, "on"), (TINY_WITHOUT, "off"))
        if name in found
        for title, output, gate in wanted
    ]
    return markdown(["output", "mask loss", "gate", *_NUMBERS], rows or [[NOT_RUN] * 6])


def splits_table(found: dict[str, list[Result]]) -> str:
    """The fused output by split, mask loss, knowledge and gate."""
    rows = []
    for name in (MAIN, WITHOUT, "b15n4_free", "b15n4_free_mask_loss", "b12n7"):
        results = found.get(name, [])
        if not results:
            rows.append([name, "", "", "", *[NOT_RUN] * 3])
        for gate in GATE_ORDER if results else ():
            first = results[0]
            about = [first["split"], "on" if first["mask_loss"] else "off", knows(first), gate]
            rows.append([*about, *cells(results, "fused", gate)])
    for name in ("scannet_b15n4", "scannet_b12n7"):
        paper = benchmark(name).paper
        numbers = [f"{value:.1f}" for value in (paper.hiou, paper.base, paper.novel)]
        rows.append([f"paper: {benchmark(name).title}", "on", "as the reference", "hard", *numbers])
    return markdown(["split", "mask loss", "knows of novel places", "gate", *_NUMBERS], rows)


def condition_table(found: dict[str, list[Result]]) -> str:
    """What the UNet is told."""
    rows = [
        [condition, gate, *cells(found.get(name, []), "fused", gate)]
        for condition, name in (("text", "b15n4_text"), ("2D", "b15n4_2d"), ("3D", MAIN))
        for gate in ("hard", "off")
    ]
    paper = [("text", "52.7"), ("2D", "53.6"), ("3D", "55.1")]
    rows += [[f"paper, B12/N7: {condition}", "hard", "-", "-", novel] for condition, novel in paper]
    return markdown(["condition", "gate", *_NUMBERS], rows)


def outputs_table(found: dict[str, list[Result]]) -> str:
    """Single outputs, with and without the mask loss."""
    rows = [
        [title, loss, gate, *cells(found.get(name, []), output, gate)]
        for output, title in OUTPUTS.items()
        for loss, name in (("off", WITHOUT), ("on", MAIN))
        for gate in ("hard", "off")
    ]
    return markdown(["output", "mask loss", "gate", *_NUMBERS], rows)


def classes_table(found: dict[str, list[Result]]) -> str:
    """IoU of every class, behind the hard gate unless a column says otherwise."""
    entry, results = benchmark("scannet_b15n4"), found.get(MAIN, [])
    columns = [("2d", "hard"), ("3d", "hard"), ("fused", "hard"), ("fused", "off"), ("mask_clip", "hard")]

    def row(label: int) -> list[str]:
        name = entry.labels.names[label]
        numbers = [spread(entry_of(result, *column)["iou"][name] for result in results) for column in columns]
        return [name, "novel" if label in entry.novel else "base", *numbers]

    head = ["class", "group", "2D", "3D", "fused", "fused, gate off", "MaskCLIP alone"]
    return markdown(head, [row(label) for label in (*entry.base, *entry.novel)])


def simpler_table(found: dict[str, list[Result]]) -> str:
    """Simpler methods on the same towers, beside the method."""
    wanted = [
        ("masks named by MaskCLIP, averaged over views; no 3D network", "b15n4_text", "mask_clip", "off"),
        ("3D network trained on base classes alone, no gate", "b15n4_only_3d", "3d", "off"),
        ("XMask3D, 3D alone, no gate", MAIN, "3d", "off"),
        ("XMask3D, fused, no gate", MAIN, "fused", "off"),
        ("XMask3D, fused, hard gate", MAIN, "fused", "hard"),
        ("XMask3D, fused, hard gate, nothing known of novel places", "b15n4_free", "fused", "hard"),
    ]
    rows = [[title, *cells(found.get(name, []), output, gate)] for title, name, output, gate in wanted]
    return markdown(["method", *_NUMBERS], rows)


def measured(table: str) -> str:
    """A table's rows of what has been run; empty where there are none but the paper's."""
    head, rule, *rows = table.splitlines()
    rows = [row for row in rows if f"| {NOT_RUN} " not in row]
    return "" if all(row.startswith("| paper") for row in rows) else "\n".join([head, rule, *rows]) + "\n"


TABLES: dict[str, Callable[[dict[str, list[Result]]], str]] = {
    "tiny": tiny_table,
    "runs": runs_table,
    "splits": splits_table,
    "condition": condition_table,
    "outputs": outputs_table,
    "classes": classes_table,
    "simpler": simpler_table,
}
"""By the names that mark their places in a document."""
