// Asks for the state every second and shows it; nothing is kept here but what the last answer said.
"use strict";

// A browser gives up a request when a container changes the machine's interfaces: one that is missed says nothing.
const POLL_MS = 1000, PATIENCE_MS = 10000, LATE_S = 5, MISSED = 2;
const byId = id => document.getElementById(id);
const cards = new Map(), busy = new Map();
let last = null, lastAt = 0, windowS = "60", timer = null, asking = false, missed = 0;

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
    missed = 0;
    show(last);
  } catch {
    if (++missed >= MISSED) ended(`harness watch has ended, or does not answer. ${shownFrom()}\nRun harness watch again and open the address that it prints.`);
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
  showActions(state);
  showTargets(state);
  showCounters(state);
  showNodes(state);
  drawChart(byId("chart"), state.timeline, state.running);
  showLines(byId("news"), state.news.map(one => [new Date(one.at_ms).toLocaleTimeString(), one.words]), "nothing yet");
  showLines(byId("notes"), state.snapshot.notes.map(note => ["", note]), "");
  byId("notes-section").hidden = !state.snapshot.notes.length;
  for (const button of document.querySelectorAll("main button[data-do]"))
    button.disabled = !state.running || busy.has(button.dataset.target || button.dataset.do);
}

function showActions(state) {
  if (byId("own").dataset.labels === state.actions.join()) return;
  byId("own").dataset.labels = state.actions.join();
  byId("own").replaceChildren(...state.actions.map(label =>
    make("button", { type: "button", "data-do": "run", "data-target": label }, label)));
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
  const waiting = state.snapshot.waiting.reduce((sum, one) => sum + one.count, 0);
  const running = state.snapshot.nodes.filter(node => node.phase === "running" && !node.impaired).length;
  const tiles = [
    ...state.counters.map(({ words, count, outcome }) => [words, count, outcome]),
    ["waiting on the queue", waiting, ""],
    ["nodes that run", `${running}/${state.snapshot.nodes.length + state.unstarted.length}`, ""],
  ];
  const list = byId("counters"), names = tiles.map(([name]) => name);
  if (list.dataset.names !== names.join()) {
    list.dataset.names = names.join();
    list.replaceChildren(...names.map(name => make("div", {}, make("dt", {}, name), make("dd"))));
  }
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
  const roles = state.roles.filter(role => nodes.some(node => node.role === role));
  const names = roles.map(role => nodes.filter(node => node.role === role).map(node => node.name).sort());
  const key = JSON.stringify([names, state.faults]);
  if (byId("topology").dataset.key !== key) {
    byId("topology").dataset.key = key;
    cards.clear();
    byId("topology").replaceChildren(...roles.map((role, number) => group(role, names[number], state.faults)));
  }
  for (const node of nodes) showNode(cards.get(node.name), node, state.faults);
}

function group(role, names, faults) {
  const found = make("div", { class: "group" }, make("h2", {}, role),
    make("div", { class: "cards" }, ...names.map(name => card(name, faults))));
  found.style.setProperty("--nodes", names.length);
  return found;
}

function card(name, faults) {
  const buttons = [...faults, "resume", "heal", "start"].map(what =>
    make("button", { type: "button", "data-do": what, "data-target": name, class: faults.includes(what) ? "harm" : "cure",
      "aria-label": `${what} ${name}` }, what));
  const element = make("article", { class: "node", "data-node": name, "aria-label": name },
    make("h3", {}, name), make("p", { class: "state" }), make("p", { class: "address" }),
    make("ul", { class: "duties" }), make("div", { class: "buttons" }, ...buttons));
  cards.set(name, element);
  return element;
}

function showNode(element, node, faults) {
  const kind = node.phase === "running" && node.impaired ? "impaired" : node.phase || "unknown";
  element.className = `node ${kind}`;
  setText(element.querySelector(".state"), busy.get(node.name) || words(node, kind));
  setText(element.querySelector(".address"), node.address || "");
  const duties = node.duties.map(duty => duty.brief).filter(Boolean);
  const list = element.querySelector(".duties");
  if (list.dataset.key !== duties.join("|")) {
    list.dataset.key = duties.join("|");
    list.replaceChildren(...duties.map(duty => make("li", {}, duty)));
  }
  const offered = {
    running: faults,
    impaired: ["heal", "kill"], paused: ["resume", "kill"], unknown: [],
    exited: ["start", ...(node.impaired ? ["heal"] : [])], unstarted: ["start"],
  }[kind];
  element.querySelector(".buttons").dataset.offered = offered.length;
  for (const button of element.querySelectorAll("button")) button.hidden = !offered.includes(button.dataset.do);
}

function words(node, kind) {
  if (kind === "exited") {
    return (node.exit_code === null ? "exited" : `exited (${node.exit_code})`) + (node.impaired ? ", network impaired" : "");
  }
  return { unstarted: "not started", unknown: "state unknown", impaired: "network impaired" }[kind] || kind;
}

// ---- buttons

document.addEventListener("click", event => {
  const button = event.target.closest("button");
  if (!button || button.disabled) return;
  if (button.dataset.do) {
    const target = button.dataset.target || "";
    act(button.dataset.do, target, button.dataset.do === "run" ? `${target} …` : `${button.dataset.do} ${target || "everything"} …`);
  } else if ("window" in button.dataset) {
    windowS = button.dataset.window;
    for (const other of byId("windows").children) other.setAttribute("aria-pressed", String(other === button));
    poll();
  }
});
document.addEventListener("visibilitychange", poll);
addEventListener("resize", () => last && last.snapshot && drawChart(byId("chart"), last.timeline, last.running));
poll();
