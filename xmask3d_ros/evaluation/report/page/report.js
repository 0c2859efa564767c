// Fills the page from the data that lie in it.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const report = data.report, scores = report.scores;
const root = document.querySelector("main");
const card = (title, ...children) => make("section", { class: "card" }, make("h2", {}, title), ...children);
const css = (rgb) => `rgb(${rgb.join(",")})`;
const colorOf = Object.fromEntries(data.names.map((name, number) => [name, css(data.colors[number])]));

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const wholeMap = scores.final_map.all;

function heading() {
  const { frames, model } = report, name = report.bag.split("/").filter(Boolean).pop();
  root.append(make("h1", {}, name));
  root.append(make("p", { class: "about" }, `model ${model.name} (${model.weights} weights, ${model.evidence} evidence, ${model.precision} on ${model.device}) · ${frames.segmented} of ${frames.paired} frames segmented · ground truth: ${whole(report.ground_truth.scored_points)} points, ${percent(report.ground_truth.seen_share)} % of them recorded`));
  const tiles = [["mIoU, final map", wholeMap.miou], ["mIoU base", wholeMap.miou_base], ["mIoU novel", wholeMap.miou_novel], ["hIoU", wholeMap.hiou], ["accuracy", wholeMap.accuracy], ["coverage", wholeMap.coverage], ["calibration error", wholeMap.calibration_error]];
  const shown = tiles.filter(([, value]) => value !== null).map(([title, value]) => make("div", { class: "tile" }, make("b", {}, percent(value)), make("span", {}, title)));
  const latency = report.timings.frame_ms;
  if (latency) shown.push(make("div", { class: "tile" }, make("b", {}, `${latency.median.toFixed(0)}`), make("span", {}, `ms a frame, P95 ${latency.p95.toFixed(0)}`)));
  root.append(make("div", { class: "tiles" }, ...shown));
}

function cloud() {
  const { count, spacing, origin, step } = data.cloud;
  if (!count) return;
  const grid = new Uint16Array(bytes(data.cloud.places).buffer), places = new Float32Array(3 * count);
  const seen = bytes(data.cloud.seen), truth = new Int16Array(bytes(data.cloud.truth).buffer), guess = new Int16Array(bytes(data.cloud.prediction).buffer);
  for (let at = 0; at < 3 * count; at++) places[at] = origin[at % 3] + step * grid[at];
  const none = [70, 76, 84];
  const painted = (rule) => {
    const colors = new Uint8Array(3 * count);
    for (let k = 0; k < count; k++) colors.set(rule(k), 3 * k);
    return colors;
  };
  const looks = {
    truth: painted((k) => data.colors[truth[k]] ?? none),
    camera: painted((k) => seen.subarray(3 * k, 3 * k + 3)),
    prediction: painted((k) => data.colors[guess[k]] ?? none),
    error: painted((k) => (guess[k] < 0 ? none : guess[k] === truth[k] ? [62, 180, 128] : [222, 72, 96])),
  };
  const titles = ["ground truth", "prediction", "error: green right, red wrong, grey no label"];
  const canvases = titles.map(() => make("canvas"));
  const figures = canvases.map((canvas, number) => make("figure", {}, canvas, make("figcaption", {}, titles[number])));
  const reset = make("button", {}, "reset view"), spin = make("button", { id: "spin" }, "turn"), swap = make("button", {}, "camera colours");
  const used = data.names.filter((_, number) => truth.includes(number) || guess.includes(number));
  const legend = make("div", { class: "legend" }, ...used.map((name) => make("span", {}, make("i", { style: `background:${colorOf[name]}` }), name)));
  root.append(card("The map in three dimensions", make("div", { class: "bar" }, spin, reset, swap, make("span", { class: "hint" }, `drag to turn, wheel to zoom, shift-drag to move · ${whole(count)} of ${whole(report.ground_truth.scored_points)} points`)), make("div", { class: "views" }, ...figures), legend));
  const views = new Views(canvases, places, [looks.truth, looks.prediction, looks.error], spacing);
  window.views = views;
  document.body.dataset.view = views.kind;
  reset.addEventListener("click", () => views.reset());
  spin.addEventListener("click", () => views.spin(spin.classList.toggle("on")));
  swap.addEventListener("click", () => {
    const on = swap.classList.toggle("on");
    views.paint(0, on ? looks.camera : looks.truth);
    figures[0].lastChild.textContent = on ? "camera" : titles[0];
  });
}

function ways() {
  const rows = [["final map, all points", scores.final_map.all], ["final map, labelled points", scores.final_map.covered], ["final map, gaps filled", scores.final_map.filled], ["live labels", scores.live], ["single views", scores.single_views]];
  const columns = [["mIoU", "miou"], ["base", "miou_base"], ["novel", "miou_novel"], ["hIoU", "hiou"], ["accuracy", "accuracy"], ["coverage", "coverage"], ["ECE", "calibration_error"]];
  const hint = "Live: as labelled right after each frame, at the points it saw. Single views: the network's word on one frame alone. Means leave out classes that the ground truth does not show.";
  return card("Scores, percent", sortable([{ title: "", of: (row) => row[0], show: (row) => row[0] }, ...columns.map(([title, key]) => ({ title, of: (row) => row[1][key], show: (row) => percent(row[1][key]) }))], rows), make("p", { class: "hint" }, hint));
}

function classes() {
  const live = Object.fromEntries(scores.live.classes.map((row) => [row.name, row]));
  const rows = wholeMap.classes.filter((row) => row.points || row.predicted);
  return card("Classes", sortable([
    { title: "class", of: (row) => row.name, show: (row) => row.name },
    { title: "group", of: (row) => row.group ?? "", show: (row) => row.group ?? "–" },
    { title: "IoU", of: (row) => row.iou, show: (row) => percent(row.iou) },
    { title: "", of: (row) => row.iou, show: (row) => meter(row.iou, colorOf[row.name]) },
    { title: "live IoU", of: (row) => live[row.name].iou, show: (row) => percent(live[row.name].iou) },
    { title: "recall", of: (row) => row.recall, show: (row) => percent(row.recall) },
    { title: "points", of: (row) => row.points, show: (row) => whole(row.points) },
    { title: "predicted", of: (row) => row.predicted, show: (row) => whole(row.predicted) },
  ], rows));
}

function confusion() {
  const choice = make("select", {}, ...[["final map", wholeMap], ["live labels", scores.live], ["single views", scores.single_views]].map(([name], number) => make("option", { value: number }, name)));
  const place = make("div");
  const show = () => place.replaceChildren(confusionTable(data.names, [wholeMap, scores.live, scores.single_views][choice.value].confusion));
  choice.addEventListener("change", show);
  show();
  return card("Confusion, percent of each true class", make("div", { class: "bar" }, choice), place);
}

function times() {
  const { latency_ms: stages, frame_ms: spread, frame_ms_each: each, memory_mib: memory } = report.timings;
  const rows = Object.entries(stages), longest = Math.max(...rows.map(([, value]) => value.p95));
  const table = sortable([
    { title: "stage", of: (row) => row[0], show: (row) => row[0] },
    { title: "median ms", of: (row) => row[1].median, show: (row) => row[1].median.toFixed(1) },
    { title: "P95 ms", of: (row) => row[1].p95, show: (row) => row[1].p95.toFixed(1) },
    { title: "", of: (row) => row[1].median, show: (row) => meter(row[1].median / longest, "var(--accent)") },
  ], rows);
  const held = Object.entries(memory).map(([name, value]) => `${name.replaceAll("_", " ")} ${value.toFixed(0)}`).join(" · ");
  return card("Time of a frame", each.length ? histogram(each, { median: spread.median, P95: spread.p95 }, "ms") : null, table, make("p", { class: "hint" }, `memory, MiB: ${held}`));
}

function losses() {
  const { frames, drop_reasons: reasons, ground_truth: truth } = report, lines = [];
  lines.push(`Images: ${Object.entries(frames.received).map(([kind, count]) => `${count} ${kind}`).join(", ")}; ${frames.paired} pairs; ${frames.integrated} integrated; ${frames.segmented} segmented.`);
  for (const [cause, count] of Object.entries(frames.dropped)) lines.push(`Dropped: ${count} ${cause}${reasons[cause] ? ` (${reasons[cause]})` : ""}.`);
  const mapped = Object.entries(truth.mapped).map(([name, target]) => (name === target ? name : `${name} → ${target}`)).join(", ");
  lines.push(`Ground truth names: ${mapped}.`);
  if (truth.ignored.length) lines.push(`Left out: ${truth.ignored.join(", ")}.`);
  const unknown = Object.keys(truth.unknown);
  if (unknown.length) lines.push(`Not in the vocabulary, not scored: ${unknown.join(", ")}.`);
  if (truth.frames_without_labels) lines.push(`Frames without a label image, not scored live: ${truth.frames_without_labels}.`);
  return card("What was lost, and what names mean", ...lines.map((line) => make("p", { class: "hint" }, line)));
}

function worst() {
  if (!data.worst.length) return;
  const frames = data.worst.map((frame) => make("section", {}, make("p", {}, `frame ${frame.number}: ${percent(frame.share_wrong)} % of its points wrong live`, make("span", { class: "hint" }, ` · stamp ${frame.stamp_ns}`)), make("div", {}, ...["color", "truth", "prediction"].map((kind) => make("img", { src: `data:image/jpeg;base64,${frame.pictures[kind]}`, alt: `${kind} of frame ${frame.number}` })))));
  root.append(card("Worst frames: image, ground truth, live labels", make("div", { class: "worst" }, ...frames)));
}

heading();
cloud();
root.append(ways());
if (report.timings.live) root.append(card("The node over DDS, beside the offline run", ...live(scores, report.timings.live)));
root.append(make("div", { class: "columns" }, classes(), confusion()));
root.append(make("div", { class: "columns" }, times(), card("Calibration of the final map", reliability(wholeMap.reliability), make("p", { class: "hint" }, "Dots on the diagonal: confidence is the share of right labels."))));
worst();
root.append(losses());
root.append(card("Versions and settings", make("pre", {}, JSON.stringify({ versions: report.versions, settings: report.settings, map: report.map, topics: report.topics }, null, 1))));
document.body.dataset.ready = "yes";
