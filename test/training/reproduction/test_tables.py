# SPDX-License-Identifier: Apache-2.0
"""Tables say what the results say, and nothing where there are none."""

import json
import statistics
from pathlib import Path

import pytest

from xmask3d_ros.evaluation.benchmarks import benchmark
from xmask3d_training.engine.errors import SettingsError
from xmask3d_training.reproduction.document import fill
from xmask3d_training.reproduction.tables import NOT_RUN, TABLES, knows, measured, read_results, spread

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "reproduction.md"
OUTPUTS = ("fused", "3d", "2d", "mask_clip")


def write_result(out, experiment, seed, base, novel, **changes):
    """A run's file with the same scores for every output, plus 0.01 for each place in OUTPUTS."""
    names = benchmark("scannet_b15n4").labels.names
    entries = [
        {
            "output": output, "classes": "all", "hiou": 0.5, "miou_base": base + 0.01 * place,
            "miou_novel": novel + 0.01 * place, "iou": dict.fromkeys(names, base),
        }
        for place, output in enumerate(OUTPUTS)
    ]  # fmt: skip
    values = {
        "run": f"{experiment}_seed{seed}", "experiment": experiment, "about": "some", "seed": seed,
        "benchmark": "scannet_b15n4", "split": "ScanNet B15/N4", "condition": "3d", "mask_loss": True,
        "mask_loss_knows": True, "binary_head_knows": True, "epochs": 3, "views": 99, "minutes": 7.2,
        "evaluation": {gate: {"scenes": 2, "results": entries} for gate in ("hard", "off", "soft")}, **changes,
    }  # fmt: skip
    (out / values["run"]).mkdir()
    (out / values["run"] / "results.json").write_text(json.dumps(values))


@pytest.fixture
def found(tmp_path):
    write_result(tmp_path, "b15n4", 0, 0.70, 0.50)
    write_result(tmp_path, "b15n4", 1, 0.74, 0.58)
    write_result(tmp_path, "b15n4_free", 0, 0.60, 0.40, mask_loss_knows=False, binary_head_knows=False)
    return read_results(tmp_path)


def lines(text, start):
    return [line for line in text.splitlines() if line.startswith(f"| {start}")]


def test_means_and_spreads_over_seeds(found):
    text = TABLES["splits"](found)
    expected = f"72.0 ± {statistics.stdev([70, 74]):.1f} (2) | 54.0 ± {statistics.stdev([50, 58]):.1f} (2) |"
    assert lines(text, "ScanNet B15/N4 | on | as the reference | hard")[0].endswith(expected)
    assert "| 60.0 | 40.0 |" in lines(text, "ScanNet B15/N4 | on | nothing | off")[0]
    outputs = TABLES["outputs"](found)
    assert "| 75.0 ±" not in outputs and "| 73.0 ±" in lines(outputs, "3D | on | hard")[0]


@pytest.mark.parametrize(
    ("mask_loss", "binary_head", "views", "said"),
    [
        (True, True, True, "as the reference"),
        (True, True, False, "mask loss and binary head"),
        (True, False, False, "mask loss alone"),
        (False, True, False, "binary head alone"),
        (False, True, True, "binary head and choice of views"),
        (False, False, True, "choice of views alone"),
        (False, False, False, "nothing"),
        (True, True, None, "as the reference"),
        (True, False, None, "mask loss alone"),
        (False, True, None, "binary head alone"),
        (False, False, None, "nothing"),
    ],
)
def test_what_a_run_knows_of_novel_places(mask_loss, binary_head, views, said):
    """None: results that do not say what the choice of views knows."""
    result = {"mask_loss_knows": mask_loss, "binary_head_knows": binary_head}
    assert knows(result if views is None else {**result, "views_know": views}) == said


def test_the_recipe_is_shown_with_all_its_parts(tmp_path):
    first = {"about": "first", "views": 22, "minutes": 3.0}
    write_result(tmp_path, "tiny", 0, 0.40, 0.30, before=[first], start="first_seed0")
    alone = read_results(tmp_path)
    assert "| 40.0 | 30.0 |" in lines(TABLES["tiny"](alone), "fused | on | hard")[0]
    assert "| 43.0 | 33.0 |" in lines(TABLES["tiny"](alone), "its masks named by MaskCLIP")[0]
    assert not lines(TABLES["tiny"](alone), "fused | off")
    assert lines(TABLES["runs"](alone), "before tiny: first")[0] == "| before tiny: first | 0 |  | 22 | 3 |  |"


def test_every_seed_has_its_minutes(found, tmp_path):
    write_result(tmp_path, "b15n4", 2, 0.7, 0.5, minutes=9.0)
    (row,) = lines(TABLES["runs"](read_results(tmp_path)), "b15n4: ")
    assert row == "| b15n4: some | 0, 1, 2 | 3 | 99 | 7, 7, 9 | 2 |"


def test_what_was_not_run_has_no_number(found):
    assert lines(TABLES["condition"](found), "text | hard") == [f"| text | hard | {NOT_RUN} | {NOT_RUN} | {NOT_RUN} |"]
    assert NOT_RUN in lines(TABLES["splits"](found), "b12n7")[0]
    assert "b12n7" not in TABLES["runs"](found)
    for name, table in TABLES.items():
        numbers = [word for line in table({}).splitlines() if "paper" not in line for word in line.split()]
        assert not any(word[:2].isdigit() and "." in word for word in numbers), name
    assert spread([]) == spread([None]) == NOT_RUN


def test_every_class_has_a_row(found):
    rows = TABLES["classes"](found).splitlines()[2:]
    assert len(rows) == 19 and [row.split(" | ")[1] for row in rows] == ["base"] * 15 + ["novel"] * 4


def test_the_document_has_a_place_for_each_table_and_keeps_the_rest(found, tmp_path):
    path = tmp_path / "document.md"
    before = DOCUMENT.read_text(encoding="utf-8")
    path.write_text(before, encoding="utf-8")
    tables = {name: make(found) for name, make in TABLES.items()}
    fill(path, tables)
    once = path.read_text(encoding="utf-8")
    assert all(text in once for text in tables.values())
    assert [line for line in once.splitlines() if not line.startswith("|")] == [
        line for line in before.splitlines() if not line.startswith("|")
    ]
    fill(path, tables)
    assert path.read_text(encoding="utf-8") == once


def test_a_document_without_a_place_is_refused(tmp_path):
    path = tmp_path / "document.md"
    path.write_text("<!-- table runs -->\n<!-- end -->\n")
    with pytest.raises(SettingsError, match="found: runs"):
        fill(path, dict.fromkeys(TABLES, ""))
    assert path.read_text() == "<!-- table runs -->\n<!-- end -->\n"


def test_a_command_shows_what_has_been_run_alone(found):
    tables = {name: measured(make(found)) for name, make in TABLES.items()}
    assert NOT_RUN not in "".join(tables.values()) and not tables["tiny"]
    assert tables["outputs"].count("\n") > 2 and NOT_RUN in TABLES["condition"](found)
    assert not any(measured(make({})) for make in TABLES.values()), "the paper's rows alone are nothing"
