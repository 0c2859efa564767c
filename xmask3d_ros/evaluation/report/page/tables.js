// Elements, numbers, sortable tables and small charts.
"use strict";

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes and children; strings become text, never markup. */
function make(name, attributes = {}, ...children) {
  const drawn = ["svg", "rect", "line", "text", "path", "circle", "title", "g"].includes(name);
  const element = drawn ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== null).map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

const percent = (value, digits = 1) => (value === null || value === undefined ? "–" : (100 * value).toFixed(digits));
const whole = (value) => (value === null || value === undefined ? "–" : value.toLocaleString("en"));

/** A table whose columns sort. Columns: {title, of(row) -> value to sort by, show(row) -> node or text}. */
function sortable(columns, rows) {
  const body = make("tbody");
  const fill = (sorted) => body.replaceChildren(...sorted.map((row) => make("tr", {}, ...columns.map((column) => make("td", {}, column.show(row))))));
  const heads = columns.map((column) => make("th", { tabindex: 0 }, column.title));
  heads.forEach((head, number) => {
    const sort = () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const { of } = columns[number], sign = down ? -1 : 1;
      fill([...rows].sort((a, b) => {
        const [x, y] = [of(a), of(b)];
        if (x === null || y === null) return (x === null) - (y === null);
        return sign * (typeof x === "string" ? x.localeCompare(y) : x - y);
      }));
    };
    head.addEventListener("click", sort);
    head.addEventListener("keydown", (event) => event.key === "Enter" && sort());
  });
  fill(rows);
  return make("div", { class: "scroll" }, make("table", { class: "sorts" }, make("thead", {}, make("tr", {}, ...heads)), body));
}

/** A share as a bar. */
function meter(share, color) {
  const fill = make("i", { style: `width:${100 * (share ?? 0)}%;background:${color}` });
  return make("span", { class: "meter" }, fill);
}

/** A histogram of numbers, with named marks. */
function histogram(values, marks, unit, bins = 24) {
  const [width, height, foot] = [520, 170, 22];
  const low = Math.min(...values), high = Math.max(...values), step = (high - low) / bins || 1;
  const counts = new Array(bins).fill(0);
  for (const value of values) counts[Math.min(bins - 1, Math.floor((value - low) / step))]++;
  const top = Math.max(...counts), chart = make("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart" });
  counts.forEach((count, number) => {
    const tall = ((height - foot - 14) * count) / top;
    const column = make("rect", { x: (number * width) / bins + 1, y: height - foot - tall, width: width / bins - 2, height: tall, rx: 2, fill: "var(--accent)" });
    column.append(make("title", {}, `${(low + number * step).toFixed(1)} to ${(low + (number + 1) * step).toFixed(1)} ${unit}: ${count}`));
    chart.append(column);
  });
  for (const [name, value] of Object.entries(marks)) {
    const x = Math.min(width - 2, ((value - low) / (step * bins)) * width);
    chart.append(make("line", { x1: x, x2: x, y1: 12, y2: height - foot, stroke: "var(--bad)", "stroke-dasharray": "3 3" }));
    chart.append(make("text", { x: x, y: 10, "text-anchor": x > width - 60 ? "end" : "start" }, `${name} ${value.toFixed(0)}`));
  }
  chart.append(make("text", { x: 0, y: height - 6 }, `${low.toFixed(0)} ${unit}`));
  chart.append(make("text", { x: width, y: height - 6, "text-anchor": "end" }, `${high.toFixed(0)} ${unit}`));
  return chart;
}

/** Accuracy over confidence, with the diagonal on which a calibrated network lies; area of a dot: share of points. */
function reliability({ confidence, accuracy, points }) {
  const side = 220, pad = 28, chart = make("svg", { viewBox: `0 0 ${side + 2 * pad} ${side + pad + 8}`, class: "chart", style: "max-width:330px" });
  const x = (value) => pad + side * value, y = (value) => 4 + side * (1 - value), total = points.reduce((a, b) => a + b, 0);
  chart.append(make("rect", { x: pad, y: 4, width: side, height: side, fill: "none", stroke: "var(--line)" }));
  chart.append(make("line", { x1: x(0), y1: y(0), x2: x(1), y2: y(1), stroke: "var(--soft)", "stroke-dasharray": "4 4" }));
  points.forEach((count, bin) => {
    if (!count) return;
    const dot = make("circle", { cx: x(confidence[bin]), cy: y(accuracy[bin]), r: 3 + 14 * Math.sqrt(count / total), fill: "var(--accent)", "fill-opacity": 0.65 });
    dot.append(make("title", {}, `${whole(count)} points: confidence ${percent(confidence[bin])}, right ${percent(accuracy[bin])}`));
    chart.append(dot);
  });
  chart.append(make("text", { x: x(0.5), y: side + pad, "text-anchor": "middle" }, "confidence"));
  chart.append(make("text", { x: 12, y: y(0.5), transform: `rotate(-90 12 ${y(0.5)})`, "text-anchor": "middle" }, "share right"));
  return chart;
}

/** Rows truth, columns prediction, each row in shares of its points. */
function confusionTable(names, matrix) {
  const used = names.map((_, k) => k).filter((k) => matrix[k].some(Boolean) || matrix.some((row) => row[k]));
  const columns = [...used, names.length];
  const head = make("tr", {}, make("td", { class: "name" }, "truth ↓  prediction →"), ...columns.map((k) => make("th", {}, names[k] ?? "no label")));
  const rows = used.filter((k) => matrix[k].some(Boolean)).map((k) => {
    const total = matrix[k].reduce((a, b) => a + b, 0);
    return make("tr", {}, make("td", { class: "name" }, names[k]), ...columns.map((j) => {
      const share = matrix[k][j] / total, tone = j === k ? "47,158,110" : "214,69,93";
      const strength = share ? 0.08 + 0.85 * Math.sqrt(share) : 0;
      return make("td", { style: `background:rgba(${tone},${strength.toFixed(3)})`, title: `${names[k]} → ${names[j] ?? "no label"}: ${whole(matrix[k][j])} (${percent(share)} %)` }, share >= 0.095 ? Math.round(100 * share) : "");
    }));
  });
  return make("div", { class: "scroll" }, make("table", { class: "confusion" }, head, ...rows));
}
