// Asks for the state every second and shows it; nothing is kept here but what the last answer said.
"use strict";

const POLL_MS = 1000, PATIENCE_MS = 10000, LATE_S = 5;
const SVG = "http://www.w3.org/2000/svg";
const ROLES = ["facade", "config", "logging", "messages", "hazelcast", "kafka"];
const HARM = ["kill", "stop", "pause", "isolate"];
const byId = id => document.getElementById(id);
const cards = new Map(), busy = new Map();
let last = null, lastAt = 0, windowS = "60", timer = null, asking = false;

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// ---- asking

async function poll() {
  clearTimeout(timer);
  if (asking || document.hidden) return;
  asking = true;
  try {
    const query = windowS ? `?window_s=${windowS}` : "";
    const answer = await fetch(`state${query}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    last = await answer.json();
    lastAt = Date.now();
    show(last);
  } catch {
    ended(`harness watch has ended, or does not answer. ${shownFrom()}\nRun harness watch again and open the address that it prints.`);
  } finally {
    asking = false;
    timer = setTimeout(poll, POLL_MS);
  }
}

async function act(what, target, words) {
  busy.set(target || what, words);
  if (last) show(last);
  said(`${words} …`);
  try {
    const answer = await fetch("act", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ do: what, target }),
    });
    const result = await answer.json();
    said(result.done || result.refused || `refused (status ${answer.status})`, !answer.ok);
  } catch {
    said(`${words}: no answer`, true);
  }
  busy.delete(target || what);
  poll();
}

function said(words, refused = false) {
  setText(byId("said"), words);
  byId("said").classList.toggle("refused", refused);
}

// ---- the page as a whole

function shownFrom() {
  return last ? `Nothing below is live; it is what was seen at ${new Date(lastAt).toLocaleTimeString()}.` : "";
}

function ended(words) {
  document.body.classList.add("ended");
  byId("gone").hidden = false;
  setText(byId("gone"), words);
  pill("ended", "not live");
  for (const button of document.querySelectorAll("main button[data-do]")) button.disabled = true;
}

function pill(kind, words) {
  byId("live").className = `pill ${kind}`;
  setText(byId("live"), words);
}

function show(state) {
  if (!state.running) {
    ended("The harness that kept this system has stopped, and the system with it.\n" +
      (state.snapshot ? "Nothing below is live; it is the last that was seen. " : "") +
      "harness up starts another system, and this page goes on with that.");
  } else {
    document.body.classList.remove("ended");
    byId("gone").hidden = true;
    const late = state.age_s > LATE_S;
    pill(late ? "late" : "live", late ? `the harness has been silent for ${Math.round(state.age_s)} s` : `live, ${state.backend}`);
  }
  if (!state.snapshot) return;
  showTargets(state);
  showCounters(state);
  showNodes(state);
  showChart(state.timeline);
  showLines(byId("news"), state.news.map(one => [new Date(one.at_ms).toLocaleTimeString(), one.words]), "nothing yet");
  showLines(byId("notes"), state.snapshot.notes.map(note => ["", note]), "");
  byId("notes-section").hidden = !state.snapshot.notes.length;
  for (const button of document.querySelectorAll("main button[data-do]"))
    button.disabled = !state.running || busy.has(button.dataset.target || button.dataset.do);
}

function showTargets(state) {
  const names = Object.keys(state.targets);
  if (byId("targets").dataset.names === names.join()) return;
  byId("targets").dataset.names = names.join();
  byId("targets").replaceChildren(...names.map(name =>
    make("button", { type: "button", class: "harm", "data-do": "kill", "data-target": name, title: state.targets[name] },
      `Kill ${name}`)));
}

function showCounters(state) {
  const post = state.counts.post || {}, get = state.counts.get || {};
  const lag = state.snapshot.lags.reduce((sum, one) => sum + one.behind, 0);
  const waiting = state.snapshot.queue ? state.snapshot.queue_depth : lag;
  const running = state.snapshot.nodes.filter(node => node.phase === "running" && !node.isolated).length;
  const tiles = [
    ["posts acknowledged", post.ok || 0, ""],
    ["posts unknown", post.info || 0, post.info ? "info" : ""],
    ["posts failed", post.fail || 0, post.fail ? "fail" : ""],
    ["GETs answered", get.ok || 0, ""],
    ["waiting on the queue", waiting ?? "?", ""],
    ["nodes that run", `${running}/${state.snapshot.nodes.length + state.unstarted.length}`, ""],
  ];
  const list = byId("counters");
  if (!list.children.length)
    list.append(...tiles.map(([name]) => make("div", {}, make("dt", {}, name), make("dd"))));
  tiles.forEach(([, value, kind], number) => {
    const shown = list.children[number].lastChild;
    shown.className = kind;
    setText(shown, String(value));
  });
}

function showLines(list, lines, otherwise) {
  const key = JSON.stringify(lines);
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(...lines.map(([time, words]) => make("li", {}, ...(time ? [make("time", {}, time)] : []), words)));
  if (!lines.length && otherwise) list.append(make("li", {}, otherwise));
}

// ---- nodes

function showNodes(state) {
  const nodes = [...state.snapshot.nodes, ...state.unstarted.map(node => ({ ...node, phase: "unstarted", duties: [] }))];
  const roles = [...new Set(nodes.map(node => node.role))].sort((a, b) => rank(a) - rank(b));
  const names = roles.map(role => nodes.filter(node => node.role === role).map(node => node.name).sort());
  const key = JSON.stringify(names);
  if (byId("topology").dataset.key !== key) {
    byId("topology").dataset.key = key;
    cards.clear();
    byId("topology").replaceChildren(...roles.map((role, number) => group(role, names[number])));
  }
  for (const node of nodes) showNode(cards.get(node.name), node, state.can);
}

function rank(role) {
  const found = ROLES.indexOf(role);
  return found < 0 ? ROLES.length : found;
}

function group(role, names) {
  const found = make("div", { class: "group" }, make("h2", {}, role),
    make("div", { class: "cards" }, ...names.map(name => card(name))));
  found.style.setProperty("--nodes", names.length);
  return found;
}

function card(name) {
  const buttons = [...HARM, "resume", "heal", "start"].map(what =>
    make("button", { type: "button", "data-do": what, "data-target": name, class: HARM.includes(what) ? "harm" : "cure",
      "aria-label": `${what} ${name}` }, what));
  const element = make("article", { class: "node", "data-node": name, "aria-label": name },
    make("h3", {}, name), make("p", { class: "state" }), make("p", { class: "address" }),
    make("ul", { class: "duties" }), make("div", { class: "buttons" }, ...buttons));
  cards.set(name, element);
  return element;
}

function showNode(element, node, can) {
  const kind = node.phase === "running" && node.isolated ? "isolated" : node.phase || "unknown";
  element.className = `node ${kind}`;
  setText(element.querySelector(".state"), busy.get(node.name) || words(node, kind));
  setText(element.querySelector(".address"), node.address || "");
  const duties = node.duties.map(dutyWords).filter(Boolean);
  const list = element.querySelector(".duties");
  if (list.dataset.key !== duties.join("|")) {
    list.dataset.key = duties.join("|");
    list.replaceChildren(...duties.map(duty => make("li", {}, duty)));
  }
  const offered = {
    running: ["kill", "stop", "pause", ...(can.includes("network") && node.kind !== "service" ? ["isolate"] : [])],
    isolated: ["heal", "kill"], paused: ["resume", "kill"], exited: ["start"], unstarted: ["start"], unknown: [],
  }[kind];
  element.querySelector(".buttons").dataset.offered = offered.length;
  for (const button of element.querySelectorAll("button")) button.hidden = !offered.includes(button.dataset.do);
}

function words(node, kind) {
  if (kind === "exited") return node.exit_code === null ? "exited" : `exited (${node.exit_code})`;
  return { unstarted: "not started", unknown: "state unknown" }[kind] || kind;
}

function dutyWords(duty) {
  switch (duty.what) {
    case "controller": return "active controller";
    case "leader": return `leads p${duty.partition}, ISR ${duty.isr.join(" ")}`;
    case "oldest": return "oldest";
    case "owner": return "owns the queue";
    default: return "";
  }
}

// ---- timeline

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

function showChart(line) {
  const width = Math.max(280, byId("chart").clientWidth - 12), left = 34, right = 8, plot = 130, lane = 17;
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
      part === 1 ? (last.running ? "now" : "the end") : span(line.span_s * (1 - part))));
  byId("chart").replaceChildren(svg);
}

function span(seconds) {
  return seconds < 120 ? `-${Math.round(seconds)} s` : `-${(seconds / 60).toFixed(seconds < 600 ? 1 : 0)} min`;
}

function drawBand(svg, { label, from, to, labelled }, y, bottom) {
  svg.append(draw("rect", { x: from, y: y - 4, width: to - from, height: bottom - y + 4, class: "wash" }));
  svg.append(draw("rect", { x: from, y: y - 5, width: to - from, height: 3, class: "band" }));
  svg.append(draw("text", { x: labelled, y: y - 8, class: "fault" }, label));
}

// ---- buttons

const DOING = { kill: "killing", stop: "stopping", pause: "pausing", isolate: "isolating", resume: "resuming",
  heal: "healing", start: "starting", send: "sending" };

document.addEventListener("click", event => {
  const button = event.target.closest("button");
  if (!button || button.disabled) return;
  if (button.dataset.do) {
    const target = button.dataset.target || "";
    act(button.dataset.do, target, `${DOING[button.dataset.do]} ${target || { send: "10 messages", heal: "everything" }[button.dataset.do]}`);
  } else if ("window" in button.dataset) {
    windowS = button.dataset.window;
    for (const other of byId("windows").children) other.setAttribute("aria-pressed", String(other === button));
    poll();
  }
});
document.addEventListener("visibilitychange", poll);
addEventListener("resize", () => last && last.timeline && showChart(last.timeline));
poll();
