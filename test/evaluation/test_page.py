# SPDX-License-Identifier: Apache-2.0
"""The report's page: self-contained as text, and alive in a browser where there is one."""

import json
import re
import shutil
import subprocess

import numpy as np
import pytest

from xmask3d_ros.cloud import LabelledCloud
from xmask3d_ros.evaluation.report.page_file import MOST_POINTS, thinned, write_page
from xmask3d_ros.evaluation.scoring.clouds import map_at_truth, score_map
from xmask3d_ros.evaluation.scoring.run import Outcome
from xmask3d_ros.evaluation.scoring.tally import Groups
from xmask3d_ros.evaluation.scoring.worst import WorstFrames

NAMES = ("wall", "chair </script><b>", "lamp")
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
TRIAL = """<script>
const seen = document.querySelector("canvas"), before = seen.toDataURL();
const held = { pointerId: 1, buttons: 1, bubbles: true };
const press = (kind, x) => seen.dispatchEvent(new PointerEvent(kind, { ...held, movementX: x }));
seen.setPointerCapture = () => {};
press("pointerdown", 0); press("pointermove", 90);
requestAnimationFrame(() => requestAnimationFrame(() => {
  document.body.dataset.turned = seen.toDataURL() !== before;
  const card = [...document.querySelectorAll("section.card")].find((one) => one.firstChild.textContent === "Classes");
  const table = card.querySelector("table.sorts"), heads = table.querySelectorAll("th");
  const order = () => [...table.querySelectorAll("tbody td:first-child")].map((cell) => cell.textContent).join("|");
  heads[0].click();
  const down = order();
  heads[0].click();
  document.body.dataset.sorted = down + " then " + order();
}));
</script></body>"""


def page(path, points=3000, live=False):
    """A page about a box of points, most of them labelled, some rightly; ``live``: with a run over DDS."""
    random = np.random.default_rng(0)
    places = random.random((points, 3)) * [4, 3, 2]
    truth = (places[:, 2] * 1.49).astype(np.int64)
    labels = np.where(random.random(points) < 0.7, truth, 1).astype(np.uint16)
    labels[:200] = 65535
    colors = random.integers(0, 256, (points, 3)).astype(np.uint8)
    cloud = LabelledCloud(
        np.arange(points), places.astype(np.float32), colors, labels, random.random(points).astype(np.float32),
        dict(enumerate(NAMES)), 0,
    )  # fmt: skip
    groups = Groups(NAMES, (2,))
    found = map_at_truth(cloud, NAMES, places, truth, 0.05)
    scores = {name: tally.result() for name, tally in score_map(found, groups).items()}
    worst = WorstFrames(NAMES, 1)
    pixels = np.array([1, 2]), np.array([3, 4]), (15, 20)
    worst.offer(3, 7, 0.25, np.zeros((30, 40, 3), np.uint8), pixels, np.array([0, 1]), np.array([1, -1]))
    outcome = Outcome(cloud, found, {}, [], worst.worst_first(), [1.0], {}, np.eye(4)[None])
    document = {
        "bag": "/bags/box",
        "model": {"name": "small", "weights": "random", "evidence": "exact", "precision": "fp32", "device": "cpu"},
        "frames": {"received": {"color": 3}, "paired": 3, "integrated": 3, "segmented": 3, "dropped": {"no depth": 1}},
        "drop_reasons": {"no depth": "<i>why</i>"},
        "ground_truth": {"scored_points": points, "seen_share": 1.0, "mapped": {"a": "wall"}, "ignored": ["b"],
                         "unknown": {"c": 4}, "frames_without_labels": 2},
        "scores": {"final_map": scores, "live": scores["all"], "single_views": scores["covered"]},
        "timings": {"latency_ms": {"network": {"median": 5.0, "p95": 9.0}}, "frame_ms": {"median": 6.0, "p95": 9.5},
                    "frame_ms_each": [5.0, 6.0, 9.5], "memory_mib": {"start": 10.0, "end": 11.0}},
        "versions": {}, "settings": {}, "map": {}, "topics": {},
    }  # fmt: skip
    if live:
        spread = {"median": 12.0, "p95": 30.0, "max": 31.0}
        document["timings"]["live"] = {
            "rate": 1.0, "clouds": 2,
            "frames": {"published": {"color": 3, "depth": 3}, "published pairs": 3,
                       "received": {"color": 3, "depth": 2}, "paired": 2, "integrated": 2, "segmented": 1,
                       "dropped": {"no transform": 1}, "not segmented": {"superseded by a newer frame": 1},
                       "images dropped": {"unpaired color": 1}},
            "latency_ms": {"frame": spread, "cloud": dict.fromkeys(spread), "frame_each": [11.0, 31.0]},
            "played_late_ms": spread,
            "scores": {"final_map": scores, "live": scores["filled"]},
            "lost_to_time": {"final map, all points": scores["all"], "live labels": scores["all"]},
        }  # fmt: skip
    write_page(document, outcome, NAMES, path)
    return path


def test_the_page_needs_nothing_else_and_cannot_be_broken_by_names(tmp_path):
    text = page(tmp_path / "report.html").read_text()
    assert not re.search(r"(src|href)=|@import|url\(|fetch\(|XMLHttpRequest", re.sub(r"src: `data:[^`]*`", "", text))
    assert set(re.findall(r"https?://[\w.]+", text)) == {"http://www.w3.org"}, "the name of a namespace, not an address"
    assert "default-src 'none'" in text
    assert text.count("</script>") == 2
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.S)[1])
    assert data["names"] == list(NAMES)
    assert data["cloud"]["count"] == 3000


def test_big_clouds_are_thinned_evenly():
    points = np.random.default_rng(0).random((MOST_POINTS + 50_000, 3)) * [5, 5, 0.001]
    chosen = thinned(points, MOST_POINTS)
    assert 0.3 * MOST_POINTS < len(chosen) <= MOST_POINTS
    assert np.array_equal(chosen, np.unique(chosen))
    halves = (points[chosen, 0] < 2.5).mean()
    assert halves == pytest.approx(0.5, abs=0.01)
    assert np.array_equal(thinned(points[:10], 10), np.arange(10))


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on the path")
@pytest.mark.parametrize("kind", ["webgl", "canvas"])
def test_in_a_browser_it_loads_turns_and_sorts(tmp_path, kind):
    path = page(tmp_path / "report.html", live=kind == "webgl")
    path.write_text(path.read_text().replace("</body>", TRIAL))
    address = f"file://{path}" + ("?plain" if kind == "canvas" else "")
    arguments = ["--headless=new", "--no-sandbox", "--enable-unsafe-swiftshader", "--virtual-time-budget=30000",
                 f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", address]  # fmt: skip
    # On busy cores the browser may write the page down before it has drawn a frame: then it is asked again.
    for _ in range(3):
        shown = subprocess.run([BROWSER, *arguments], capture_output=True, text=True, timeout=90).stdout
        body = re.search(r"<body[^>]*>", shown)[0]
        if "data-sorted" in body:
            break
    assert 'data-ready="yes"' in body
    assert ("not segmented: 1 superseded by a newer frame." in shown) == (kind == "webgl")
    assert f'data-view="{kind}"' in body
    assert 'data-turned="true"' in body
    names = ["wall", "lamp", "chair &lt;/script&gt;&lt;b&gt;"]
    attribute = re.search(r'data-sorted="([^"]*)"', body)[1].replace("<", "&lt;").replace(">", "&gt;")
    assert attribute == "|".join(names) + " then " + "|".join(reversed(names))
    assert "&lt;i&gt;why&lt;/i&gt;" in shown
    assert "not scored live: 2." in shown
