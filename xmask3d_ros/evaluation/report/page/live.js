// A run of the node over DDS beside the offline run of the same recording.
"use strict";

/** A bar of what is right over DDS, what time took, and what the network itself gets wrong. */
function lossBar(title, offline, over) {
  const wide = (share, color, name) => make("i", { style: `display:inline-block;height:100%;width:${100 * Math.max(0, share)}%;background:${color}`, title: `${name}: ${percent(share)} %` });
  const lost = Math.max(0, offline - over);
  const bar = make("div", { style: "height:18px;border-radius:4px;overflow:hidden;background:var(--bad);white-space:nowrap;font-size:0" }, wide(over, "var(--good)", "over DDS"), wide(lost, "var(--accent)", "lost to time"));
  return make("div", { style: "margin:8px 0" }, make("p", { class: "hint" }, `${title}: ${percent(over)} over DDS, ${percent(offline - over)} lost to time, ${percent(1 - Math.max(offline, over))} got wrong by the network`), bar);
}

/** The contents of the card: scores of both, bars, frames and waiting times. */
function live(offline, run) {
  const titles = { "final map, all points": [offline.final_map.all, run.scores.final_map.all], "live labels": [offline.live, run.scores.live] };
  const keys = [["mIoU", "miou"], ["base", "miou_base"], ["novel", "miou_novel"], ["hIoU", "hiou"], ["accuracy", "accuracy"], ["coverage", "coverage"], ["ECE", "calibration_error"]];
  const rows = Object.entries(titles).flatMap(([title, [whole, over]]) => [[`${title}, offline`, whole], [`${title}, over DDS`, over], [`${title}, lost to time`, run.lost_to_time[title]]]);
  const table = sortable([{ title: "", of: (row) => row[0], show: (row) => row[0] }, ...keys.map(([title, key]) => ({ title, of: (row) => row[1][key], show: (row) => percent(row[1][key]) }))], rows);
  const bars = Object.entries(titles).filter(([, [whole, over]]) => whole.miou !== null && over.miou !== null).map(([title, [whole, over]]) => lossBar(`mIoU, ${title}`, whole.miou, over.miou));
  const { frames, latency_ms: latency, played_late_ms: late } = run;
  const counts = (parts) => Object.entries(parts).filter(([, count]) => count).map(([cause, count]) => `${count} ${cause}`).join(", ") || "none";
  const spread = (part) => (part.median === null ? "–" : `median ${part.median.toFixed(0)} ms, P95 ${part.p95.toFixed(0)} ms, longest ${part.max.toFixed(0)} ms`);
  const lines = [
    `Played at ${run.rate} times the recording's pace. Live labels over DDS: those of the newest cloud when the next frame was played, at the very points of the offline figures.`,
    `Published: ${counts(frames.published)}, ${frames["published pairs"]} pairs. Received: ${counts(frames.received)}, ${frames.paired} pairs; ${frames.integrated} integrated; ${frames.segmented} segmented; not segmented: ${counts(frames["not segmented"])}.`,
    `Dropped frames: ${counts(frames.dropped)}. Dropped images: ${counts(frames["images dropped"])}.`,
    `From a frame to the first cloud as new as it: ${spread(latency.frame)}. Age of the newest image in a cloud when it came: ${spread(latency.cloud)}. ${run.clouds} clouds. Images were played late by: ${spread(late)}.`,
  ];
  const chart = latency.frame_each.length ? make("div", { style: "max-width:560px" }, histogram(latency.frame_each, { median: latency.frame.median, P95: latency.frame.p95 }, "ms")) : null;
  return [table, ...bars, ...lines.map((line) => make("p", { class: "hint" }, line)), chart].filter((part) => part !== null);
}
