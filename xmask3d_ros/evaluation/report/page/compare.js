// Fills the page of two runs side by side.
"use strict";

const { comparison } = JSON.parse(document.getElementById("data").textContent);
const root = document.querySelector("main");
const card = (title, ...children) => make("section", { class: "card" }, make("h2", {}, title), ...children);
const sign = (value) => (value === null ? "–" : `${value > 0 ? "+" : ""}${(100 * value).toFixed(1)}`);
const tone = (value, text) => make("span", { style: value ? `color:var(--${value > 0 ? "good" : "bad"})` : "" }, text);
const [a, b] = comparison.bags;

root.append(make("h1", {}, "Two runs"), make("p", { class: "about" }, a === b ? a : `A: ${a} · B: ${b}`));

const measures = [["mIoU", "miou"], ["base", "miou_base"], ["novel", "miou_novel"], ["hIoU", "hiou"], ["accuracy", "accuracy"], ["coverage", "coverage"], ["ECE", "calibration_error"]];
const rows = Object.entries(comparison.scores);
// Of these, more is worse.
const bad = (title, key) => key === "calibration_error" || title.endsWith("lost to time");
root.append(card("Scores, percent: A → B", sortable([
  { title: "", of: (row) => row[0], show: (row) => row[0] },
  ...measures.map(([title, key]) => ({
    title,
    of: (row) => row[1].difference[key],
    show: (row) => make("span", {}, `${percent(row[1].first[key])} → ${percent(row[1].second[key])} `, tone((bad(row[0], key) ? -1 : 1) * row[1].difference[key], sign(row[1].difference[key]))),
  })),
], rows)));

root.append(card("Classes of the final map, IoU in percent", sortable([
  { title: "class", of: (row) => row.name, show: (row) => row.name },
  { title: "A", of: (row) => row.first, show: (row) => percent(row.first) },
  { title: "", of: (row) => row.first, show: (row) => meter(row.first, "var(--soft)") },
  { title: "B", of: (row) => row.second, show: (row) => percent(row.second) },
  { title: "", of: (row) => row.second, show: (row) => meter(row.second, "var(--accent)") },
  { title: "B − A", of: (row) => row.difference, show: (row) => tone(row.difference, sign(row.difference)) },
], comparison.classes)));

const ratio = (row) => (row.first && row.second ? row.second / row.first : null);
const shown = (value) => (value === null ? "–" : value.toFixed(1));
const times = sortable([
  { title: "stage", of: (row) => row.stage, show: (row) => row.stage },
  { title: "A, median ms", of: (row) => row.first, show: (row) => shown(row.first ?? null) },
  { title: "B, median ms", of: (row) => row.second, show: (row) => shown(row.second ?? null) },
  { title: "B / A", of: ratio, show: (row) => (ratio(row) === null ? "–" : tone(1 - ratio(row), ratio(row).toFixed(2))) },
], comparison.timings);
const plain = (value) => (value === null ? "–" : value.toLocaleString("en", { maximumFractionDigits: 1 }));
const live = sortable([
  { title: "", of: (row) => row.name, show: (row) => row.name },
  { title: "A", of: (row) => row.first, show: (row) => plain(row.first) },
  { title: "B", of: (row) => row.second, show: (row) => plain(row.second) },
], comparison.live);
const text = (value) => (typeof value === "string" ? value : JSON.stringify(value ?? null));
const facts = make("div", { class: "scroll" }, make("table", {}, make("tr", {}, ...["what differs", "A", "B"].map((title) => make("th", {}, title))), ...comparison.facts.map((fact) => make("tr", {}, make("td", {}, fact.name), make("td", {}, text(fact.first)), make("td", {}, text(fact.second))))));
if (comparison.live.length) root.append(card("The nodes over DDS: frames and milliseconds", live));
root.append(make("div", { class: "columns" }, card("Time", times), card("What differs", facts)));
document.body.dataset.ready = "yes";
