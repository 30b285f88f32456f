// The map's page: follows the manager's events and shows what it is told.
/// <reference lib="dom" />
import type { MapEvent, MapNode } from "../messages.ts";
import { readLabWords } from "./commands.ts";
import { Details } from "./details.ts";
import { byId, el, name, setText } from "./dom.ts";
import { EventLog } from "./event_log.ts";
import { count, rate } from "./format.ts";
import { Graph, type Target } from "./graph.ts";
import { Lists } from "./lists.ts";
import {
  choosePorts,
  type Filter,
  findProblems,
  findTooMany,
  makeModel,
  type Model,
  type Port,
} from "./model.ts";
import { Rates } from "./rates.ts";
import { follow, type LineState } from "./stream.ts";
import { askToken, knownToken } from "./token.ts";

const nodes = new Map<string, MapNode>();
const rates = new Rates();
let model: Model = makeModel([]);
let filter: Filter = { text: "", lab: "", lan: "" };
let chosen: Target | undefined;
let opener: Element | null = null;
let drawn: readonly Port[] = [];

const graph = new Graph(byId("graph"), choose);
const lists = new Lists(rates, choose);
const details = new Details(rates, readLabWords(location.hash), choose);
const log = new EventLog(byId("events"));

function choose(target: Target | undefined): void {
  if (target !== undefined && chosen === undefined) opener = document.activeElement;
  const isClosed = target === undefined && chosen !== undefined;
  chosen = details.show(model, target) ? target : undefined;
  graph.mark(chosen);
  lists.mark(chosen);
  if (isClosed && opener instanceof HTMLElement && opener.isConnected) opener.focus();
}

/** Shows all that does not change all the time. */
function show(): void {
  model = makeModel([...nodes.values()]);
  const keys = new Set(model.ports.map(({ key }) => key));
  rates.keep((key) => keys.has(key));
  fillFilters();
  showProblems();
  refilter();
  if (chosen !== undefined) choose(chosen);
}

function refilter(): void {
  drawn = choosePorts(model, filter);
  const tooMany = findTooMany(drawn);
  const isTooMany = tooMany !== undefined;
  const notice = byId("notice");
  notice.hidden = !isTooMany && drawn.length > 0;
  setText(
    notice,
    isTooMany
      ? `More than ${tooMany}: choose a lab or a LAN to draw them.`
      : "There is no device yet. The map shows the first one as soon as it is there.",
  );
  if (isTooMany) drawn = [];
  graph.show(isTooMany ? makeModel([]) : model, filter);
  lists.show(model, filter);
  lists.mark(chosen);
  graph.mark(chosen);
  tick();
}

/** Shows new rates. Nobody sees them in a tab that is hidden. */
function tick(): void {
  const sum = model.ports.reduce(
    (all, { node, info }) => all + rates.of(node.address, info.port).tx,
    0,
  );
  const workers = model.nodes.filter(({ role }) => role === "worker").length;
  setText(
    byId("totals"),
    [
      count(workers, "node"),
      count(model.lans.size, "LAN"),
      count(model.devices.size, "device"),
      rate(sum),
    ].join(" · "),
  );
  if (document.hidden) return;
  graph.flow(drawn, rates);
  // Rows do not run away from a pointer or the focus.
  const isHeld = byId("table").matches(":hover, :focus-within");
  if (lists.isLive && !isHeld) lists.show(model, filter);
  else lists.tick();
  details.tick();
}

function fillFilters(): void {
  fill("lab", "All labs", model.labs.map((lab) => [lab, lab]));
  const lans = [...model.lans.values()].map(({ key, name, vni }) =>
    [key, `${name} (${vni})`] as const
  );
  fill("lan", "All LANs", lans);
}

function fill(
  id: "lab" | "lan",
  all: string,
  options: readonly (readonly [string, string])[],
): void {
  const select = byId<HTMLSelectElement>(id);
  const wanted = [["", all] as const, ...options];
  const isSame = wanted.length === select.options.length &&
    wanted.every(([value], at) => select.options[at]!.value === value);
  if (isSame) return;
  select.replaceChildren(...wanted.map(([value, text]) => {
    const option = el("option", {}, text);
    option.value = value;
    return option;
  }));
  select.value = filter[id];
  // What was chosen is gone.
  if (select.value !== filter[id]) {
    select.value = "";
    filter = { ...filter, [id]: "" };
  }
}

const MOST_PROBLEMS = 5;

function showProblems(): void {
  const problems = findProblems(model);
  const section = byId("problems");
  section.hidden = problems.length === 0;
  const items = problems.slice(0, MOST_PROBLEMS).map(({ address, node, text }) => {
    const button = el("button", { type: "button", class: "name" }, name(node));
    button.addEventListener("click", () => choose({ kind: "node", key: address }));
    return el("li", {}, button, `: ${text}`);
  });
  const more = problems.length - items.length;
  if (more > 0) items.push(el("li", {}, `and ${more} more`));
  section.replaceChildren(el("ul", {}, ...items));
}

const WORDS: Readonly<Record<LineState, string>> = {
  live: "live",
  lost: "lost connection, trying again",
  busy: "too many watch this map; trying again",
  refused: "the token is needed",
};

async function showState(state: LineState): Promise<void> {
  const status = byId("status");
  status.dataset.state = state;
  setText(status, WORDS[state]);
  document.body.classList.toggle("stale", state !== "live");
  if (state === "refused") await askToken();
}

function listen(): void {
  const search = byId<HTMLInputElement>("search");
  search.addEventListener("input", () => {
    filter = { ...filter, text: search.value };
    graph.search(model, filter);
    lists.show(model, filter);
  });
  for (const id of ["lab", "lan"] as const) {
    byId(id).addEventListener("change", ({ target }) => {
      filter = { ...filter, [id]: (target as HTMLSelectElement).value };
      refilter();
      graph.fit();
    });
  }
  byId("fit").addEventListener("click", () => graph.fit());
  byId("arrange").addEventListener("click", () => graph.arrange());
  byId("zoom-in").addEventListener("click", () => graph.zoom(1.3));
  byId("zoom-out").addEventListener("click", () => graph.zoom(1 / 1.3));
  byId("boxes").addEventListener("click", ({ currentTarget }) => {
    const button = currentTarget as HTMLElement;
    const hasBoxes = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", `${hasBoxes}`);
    graph.hasBoxes = hasBoxes;
    refilter();
    graph.arrange();
  });
  byId("graph").addEventListener("keydown", onGraphKey);
  byId("graph").addEventListener("blur", () => graph.leave());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && chosen !== undefined) choose(undefined);
    if (event.key !== "/" || event.ctrlKey || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    search.focus();
  });
  document.addEventListener("visibilitychange", tick);
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function onGraphKey(event: KeyboardEvent): void {
  const step = STEPS[event.key];
  if (step !== undefined) {
    event.preventDefault();
    setText(byId("graph-said"), describe(graph.step(...step)));
  } else if (event.key === "Enter" && graph.focused !== undefined) choose(graph.focused);
  else if (event.key === "+" || event.key === "=") graph.zoom(1.3);
  else if (event.key === "-") graph.zoom(1 / 1.3);
  else if (event.key === "0") graph.fit();
}

/** Of what the arrow keys have gone to, for whoever does not see it. */
function describe(target: Target | undefined): string {
  if (target === undefined) return "";
  const device = model.devices.get(target.key);
  if (target.kind === "device" && device !== undefined) {
    const ends = device.ports.map(({ info, state }) => `${info.lan}, ${state}`).join("; ");
    return `device ${device.title} on node ${device.node.name}: ${ends}`;
  }
  const lan = model.lans.get(target.key);
  return lan === undefined ? "" : `LAN ${lan.name}, ${count(lan.ports.length, "device")}`;
}

// For whoever scripts the page, as its tests do.
Object.assign(globalThis, { megalosMap: graph });
listen();
show();
await follow(
  "events",
  {
    snapshot(told) {
      // For whoever measures.
      performance.mark("told");
      // For whoever measures.
      performance.mark("told");
      nodes.clear();
      for (const node of told.nodes) nodes.set(node.address, node);
      rates.reset(told.counts);
      log.reset(told.events);
      show();
      performance.mark("shown");
    },
    nodes({ put, gone }) {
      for (const address of gone) nodes.delete(address);
      for (const node of put) nodes.set(node.address, node);
      show();
    },
    counts(counts) {
      rates.take(counts);
      tick();
    },
    events(events: readonly MapEvent[]) {
      log.add(events);
    },
  },
  knownToken,
  showState,
);
