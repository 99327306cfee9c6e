// The timeline as a picture: operations as stacked bars, faults as bands over the time in which they are in force.
"use strict";

const SVG = "http://www.w3.org/2000/svg";

function draw(tag, attributes, text) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

/** Places bands in as few lanes as keep each, with its label, clear of the others. */
function placed(bands, x, width) {
  const ends = [];
  return [...bands].sort((a, b) => b.since_s - a.since_s).map(band => {
    const label = `${band.fault} ${band.node}`, wide = label.length * 6.2 + 8;
    const from = x(band.since_s), to = Math.max(from + 2, x(band.until_s ?? 0));
    const labelled = Math.max(0, Math.min(from, width - wide));
    const free = ends.findIndex(end => end <= labelled);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = Math.max(to, labelled + wide);
    return { label, from, to, labelled, lane };
  });
}

/** Draws the bins and bands of `line` into `holder`, as wide as that is; `live` if its end is now. */
function drawChart(holder, line, live) {
  const width = Math.max(280, holder.clientWidth - 12), left = 34, right = 8, plot = 130, lane = 17;
  const inner = width - left - right;
  const x = agoS => left + inner * Math.max(0, Math.min(1, 1 - agoS / line.span_s));
  const bands = placed(line.bands, x, width);
  const top = 8 + lane * Math.max(0, ...bands.map(band => band.lane + 1)), bottom = top + plot;
  const most = Math.max(4, ...line.bins.map(([ok, fail, info]) => ok + fail + info));
  const svg = draw("svg", { viewBox: `0 0 ${width} ${bottom + 20}`, height: bottom + 20, role: "img",
    "aria-label": "Operations over time, with the faults as bands" });
  for (const part of [0, 0.5, 1]) {
    const y = bottom - plot * part;
    svg.append(draw("line", { x1: left, x2: width - right, y1: y, y2: y, class: "grid" }));
    svg.append(draw("text", { x: left - 5, y: y + 4, "text-anchor": "end" }, Math.round(most * part)));
  }
  for (const band of bands) drawBand(svg, band, 4 + lane * (band.lane + 1), bottom);
  const bar = inner * line.bin_s / line.span_s;
  line.bins.forEach(([ok, fail, info], number) => {
    let y = bottom;
    for (const [kind, count] of [["ok", ok], ["info", info], ["fail", fail]]) {
      if (!count) continue;
      const height = Math.max(2, plot * count / most);
      y -= height;
      svg.append(draw("rect", { x: left + number * bar, y, width: Math.max(1.5, bar - 0.6), height, class: kind }));
    }
  });
  const step = inner < 500 ? 0.5 : 0.25;
  for (let part = 0; part <= 1; part += step)
    svg.append(draw("text", { x: left + inner * part, y: bottom + 15, "text-anchor": part === 1 ? "end" : part ? "middle" : "start" },
      part === 1 ? (live ? "now" : "the end") : span(line.span_s * (1 - part))));
  holder.replaceChildren(svg);
}

function span(seconds) {
  return seconds < 120 ? `-${Math.round(seconds)} s` : `-${(seconds / 60).toFixed(seconds < 600 ? 1 : 0)} min`;
}

function drawBand(svg, { label, from, to, labelled }, y, bottom) {
  svg.append(draw("rect", { x: from, y: y - 4, width: to - from, height: bottom - y + 4, class: "wash" }));
  svg.append(draw("rect", { x: from, y: y - 5, width: to - from, height: 3, class: "band" }));
  svg.append(draw("text", { x: labelled, y: y - 8, class: "fault" }, label));
}
