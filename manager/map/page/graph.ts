// The picture: nodes as boxes, devices and LANs in them, and what flows on the links between.
/// <reference lib="dom" />
import cytoscape, { type Core, type ElementDefinition, type NodeSingular } from "cytoscape";
import fcose from "cytoscape-fcose";
import { harmless } from "../../../shared/harmless.ts";
import { rate, shorten } from "./format.ts";
import { graphStyle, LEAST_SIZE, RATE_SIZE } from "./graph_style.ts";
import type { Filter, Model, Port, Problem } from "./model.ts";
import { choosePorts, findProblems, matches } from "./model.ts";
import { layOutGrid } from "./grid.ts";
import { middle, Places, type Point } from "./place.ts";
import type { Rates } from "./rates.ts";

cytoscape.use(fcose);

/** What the reader points at. */
export type Target = { readonly kind: "device" | "lan" | "node"; readonly key: string };

/** From here on, things are laid out in a grid. */
const MANY = 250;
/** How far new things are from others. */
const DISTANCE = 46;
const LETTERS = 22;
const MOST_REASON = 44;

const IDS = { device: "d", lan: "l", node: "n" } as const;
const idOf = ({ kind, key }: Target) => IDS[kind] + key;
const label = (text: string) => harmless(shorten(text, LETTERS));

export class Graph {
  readonly #cy: Core;
  #hasBoxes = true;
  /** Then boxes are drawn below what is in them: a graph of compound nodes takes twice as long. */
  #isMany = false;
  #shown: readonly [Model, Filter] | undefined;
  #chosen: Target | undefined;
  /** The reader has moved the picture, so it is not moved by itself. */
  #isMoved = false;

  constructor(
    private readonly element: HTMLElement,
    private readonly choose: (target: Target | undefined) => void,
  ) {
    this.#cy = cytoscape({
      container: element,
      style: graphStyle(false),
      ...{ minZoom: 0.05, maxZoom: 4, boxSelectionEnabled: false, selectionType: "single" },
      ...{ hideEdgesOnViewport: false, textureOnViewport: false, autounselectify: true },
    });
    this.#cy.on("tap", (event) => {
      const target = event.target === this.#cy ? undefined : targetOf(event.target as NodeSingular);
      this.choose(target);
    });
    this.#cy.on("dragpan scrollzoom pinchzoom", () => this.#isMoved = true);
    this.#cy.on("drag", "node.device", () => this.#fitBoxes());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#restyle();
    });
    new ResizeObserver(() => {
      this.#cy.resize();
      if (!this.#isMoved) this.#fit();
    }).observe(element);
  }

  /** Draws what there is. What is drawn already stays where it is. */
  show(model: Model, filter: Filter): void {
    this.#shown = [model, filter];
    const ports = choosePorts(model, filter);
    const cy = this.#cy;
    const isFirst = this.#things().empty();
    if (isFirst) this.#setMany(this.#describe(model, filter, ports).length);
    const wanted = this.#describe(model, filter, ports);
    const fresh: ElementDefinition[] = [];
    cy.batch(() => {
      const ids = new Set(wanted.map(({ data }) => data.id!));
      cy.elements().filter((one) => !ids.has(one.id())).remove();
      for (const one of wanted) {
        const there = cy.getElementById(one.data.id!);
        if (there.empty()) {
          fresh.push({ ...one, scratch: { look: one.classes } });
          continue;
        }
        const { label, parent } = one.data;
        if (there.isNode() && there.data("label") !== label) there.data("label", label);
        if (there.isNode() && (there.data("parent") ?? undefined) !== parent) {
          (there as NodeSingular).move({ parent: parent ?? null });
        }
        // Whatever gets classes is styled anew, which takes its time.
        if (there.scratch("look") === one.classes) continue;
        const kept = ["chosen", "focus", "flows", "dim"].filter((name) => there.hasClass(name));
        there.classes([one.classes as string, ...kept].join(" "));
        there.scratch("look", one.classes);
      }
    });
    const added = cy.add(fresh).nodes().not(".box").toArray() as NodeSingular[];
    if (isFirst && added.length > 0) this.#arrange();
    // To find a place for each takes as long as all that is there.
    else if (added.length > MANY) this.arrange();
    else if (added.length > 0) this.#place(added);
    this.#fitBoxes();
    if (added.length > 0 && !isFirst && !this.#isMoved && !this.#isAllSeen()) this.#fit();
    this.search(model, filter);
  }

  #describe(model: Model, filter: Filter, ports: readonly Port[]): ElementDefinition[] {
    const problems = Map.groupBy(findProblems(model), ({ address }) => address);
    const devices = new Set(ports.map(({ device }) => device));
    const lans = new Set(ports.map(({ lan }) => lan));
    const used = new Set(ports.map(({ node }) => node.address));
    // A node without devices is there, too, where all is shown.
    const isAll = filter.lab === "" && filter.lan === "" && ports.length > 0;
    const boxes = model.nodes.filter(({ address }) =>
      this.#hasBoxes && (used.has(address) || isAll)
    );
    return [
      ...boxes.map(({ address, name, state }): ElementDefinition => {
        const wrong = problems.get(address) ?? [];
        const kind = !used.has(address) ? "empty" : this.#isMany ? "flat" : "";
        return {
          group: "nodes",
          data: { id: `n${address}`, kind: "node", key: address, label: this.#title(name, wrong) },
          classes: `box ${kind} ${state} ${wrong.length > 0 ? "troubled" : ""}`,
        };
      }),
      ...[...devices].map((key): ElementDefinition => {
        const { title, node, ports } = model.devices.get(key)!;
        const states = new Set(ports.map(({ state }) => state));
        const worst = (["lost", "down", "no-carrier"] as const).find((one) => states.has(one));
        return {
          group: "nodes",
          data: {
            ...{ id: `d${key}`, kind: "device", key, label: label(title) },
            ...(this.#hasBoxes && { box: `n${node.address}` }),
            ...(this.#hasBoxes && !this.#isMany && { parent: `n${node.address}` }),
          },
          classes: `device ${worst ?? ""}`,
        };
      }),
      ...[...lans].map((key): ElementDefinition => {
        const { name, on } = model.lans.get(key)!;
        const isDown = on.some(({ vxlan }) => vxlan !== "up");
        return {
          group: "nodes",
          data: { id: `l${key}`, kind: "lan", key, label: label(name) },
          classes: `lan ${isDown ? "down" : ""}`,
        };
      }),
      ...ports.map(({ key, device, lan, state }): ElementDefinition => ({
        group: "edges",
        data: { id: `e${key}`, source: `d${device}`, target: `l${lan}`, width: 1.5, label: "" },
        classes: state === "up" ? "" : state,
      })),
    ];
  }

  /** A box says what is wrong with its node, where there is room for that. */
  #title(name: string, [first, ...others]: readonly Problem[]): string {
    if (first === undefined || this.#isMany) return label(name);
    const more = others.length > 0 ? ` and ${others.length} more` : "";
    return `${label(name)}: ${harmless(shorten(first.text, MOST_REASON))}${more}`;
  }

  /** Gives new things places near what they are linked to; nothing else moves. */
  #place(added: readonly NodeSingular[]): void {
    const isNew = new Set(added.map((one) => one.id()));
    const placed: Point[] = this.#things().filter((one) => !isNew.has(one.id()))
      .map((one) => placeOf(one));
    const taken = new Places(DISTANCE, placed);
    const known = (all: cytoscape.NodeCollection) =>
      all.filter((one) => !isNew.has(one.id())).map((one) => placeOf(one));
    // LANs come after devices: a new LAN is between its devices.
    const order = added.toSorted((one, other) =>
      Number(one.hasClass("lan")) - Number(other.hasClass("lan"))
    );
    for (const one of order) {
      const linked = known(one.neighborhood("node"));
      const siblings = known(
        this.#things().filter((other) =>
          one.data("box") !== undefined && other.data("box") === one.data("box")
        ),
      );
      const near = siblings.length > 0
        ? nearest(siblings, middle(linked.length > 0 ? linked : siblings))
        : linked.length > 0
        ? middle(linked)
        : middle(placed);
      const place = taken.find(near);
      one.position({ ...place });
      placed.push(place);
      taken.take(place);
      isNew.delete(one.id());
    }
  }

  /** What is in the picture but for boxes. */
  #things(): cytoscape.NodeCollection {
    return this.#cy.nodes().not(".box");
  }

  /** Draws each flat box around what is on its node, and nodes without devices in a row below. */
  #fitBoxes(): void {
    const cy = this.#cy;
    const byBox = Map.groupBy(
      cy.nodes(".device").toArray() as NodeSingular[],
      (one) => one.data("box") as string,
    );
    cy.batch(() => {
      cy.nodes(".box").forEach((box) => {
        const devices = byBox.get(box.id());
        if (devices === undefined) this.#placeEmpty(box as NodeSingular);
        else if (this.#isMany) fitBox(box as NodeSingular, devices);
      });
    });
  }

  /** A node without devices stays where it is first drawn. */
  #placeEmpty(box: NodeSingular): void {
    if (box.scratch("size") !== undefined) box.removeStyle("width height");
    box.removeScratch("size");
    if (box.scratch("place") !== undefined) return;
    const { x1, y2 } = this.#things().boundingBox();
    const before = this.#cy.nodes(".empty").filter((one) => one.scratch("place") !== undefined);
    box.position({ x: (x1 || 0) + ROW_GAP * (0.5 + before.length), y: (y2 || 0) + 90 });
    box.scratch("place", true);
  }

  #isAllSeen(): boolean {
    const { x1, y1, x2, y2 } = this.#cy.elements().renderedBoundingBox();
    return x1 >= 0 && y1 >= 0 && x2 <= this.#cy.width() && y2 <= this.#cy.height();
  }

  /** Lays all out anew. */
  arrange(): void {
    const wasMany = this.#isMany;
    this.#setMany(this.#cy.elements().length);
    // Boxes are of another kind now.
    if (wasMany !== this.#isMany && this.#shown !== undefined) {
      this.#cy.elements().remove();
      this.show(...this.#shown);
      return this.mark(this.#chosen);
    }
    this.#arrange();
  }

  #arrange(): void {
    this.#cy.nodes(".empty").forEach((one) => void one.removeScratch("place"));
    if (this.#isMany) this.#arrangeGrid();
    else {
      this.#cy.elements().not(".empty").layout({
        name: "fcose",
        ...{ quality: "proof", randomize: true, animate: false, fit: false },
        ...{ nodeSeparation: 60, idealEdgeLength: 60, nodeRepulsion: 6000, packComponents: false },
        ...{ nestingFactor: 0.3, gravityCompound: 1.2, nodeDimensionsIncludeLabels: true },
      } as cytoscape.LayoutOptions).run();
    }
    this.#fitBoxes();
    this.#isMoved = false;
    this.#fit();
  }

  /** @param count of things and links */
  #setMany(count: number): void {
    const isMany = count > MANY;
    if (isMany === this.#isMany) return;
    this.#isMany = isMany;
    this.#restyle();
  }

  #restyle(): void {
    this.#cy.style(graphStyle(this.#isMany));
  }

  /** fcose takes many seconds for so much, and lays boxes over each other. */
  #arrangeGrid(): void {
    const cy = this.#cy;
    const lanOf = (one: NodeSingular) => one.neighborhood("node").first().id() ?? "";
    const devices = cy.nodes(".device").map((one) => ({
      id: one.id(),
      lan: lanOf(one as NodeSingular),
      box: (one.data("box") as string | undefined) ?? lanOf(one as NodeSingular),
    })).sort((one, other) => natural.compare(one.lan, other.lan));
    const boxes = [...Map.groupBy(devices, ({ box }) => box)]
      .sort(([one], [other]) => natural.compare(one, other));
    const links = new Map(
      cy.nodes(".lan").map((lan) => [
        lan.id(),
        lan.neighborhood("node").map((one) => one.id()),
      ]),
    );
    const groups = boxes.map(([, all]) => all.map(({ id }) => id));
    const places = layOutGrid(groups, links, cy.width() / Math.max(cy.height(), 1));
    cy.batch(() => {
      this.#things().positions((one) => ({ ...places.get(one.id()) ?? { x: 0, y: 0 } }));
    });
  }

  #fit(): void {
    const cy = this.#cy;
    if (cy.elements().empty()) return;
    cy.fit(undefined, 30);
    // A few devices need not fill the screen.
    if (cy.zoom() > 1.6) {
      cy.zoom(1.6);
      cy.center();
    }
  }

  fit(): void {
    this.#isMoved = false;
    this.#fit();
  }

  zoom(factor: number): void {
    this.#isMoved = true;
    const renderedPosition = { x: this.#cy.width() / 2, y: this.#cy.height() / 2 };
    this.#cy.zoom({ level: this.#cy.zoom() * factor, renderedPosition });
  }

  /** Whether what is on a node is in a box. */
  set hasBoxes(hasBoxes: boolean) {
    this.#hasBoxes = hasBoxes;
  }

  /** Fades what the search does not mean. */
  search(model: Model, filter: Filter): void {
    const cy = this.#cy;
    cy.batch(() => {
      if (filter.text.trim() === "") return void cy.elements().removeClass("dim");
      const meant = new Set(
        choosePorts(model, filter).filter((port) => matches(port, filter.text)).flatMap((port) => [
          ...[`e${port.key}`, `d${port.device}`, `l${port.lan}`, `n${port.node.address}`],
        ]),
      );
      cy.elements().not(".box").forEach((one) => void one.toggleClass("dim", !meant.has(one.id())));
    });
  }

  /** Shows what flows on each link. */
  flow(ports: readonly Port[], rates: Rates): void {
    const isLegible = this.#cy.zoom() * RATE_SIZE >= LEAST_SIZE;
    this.#cy.batch(() => {
      for (const { key, node, info } of ports) {
        const edge = this.#cy.getElementById(`e${key}`);
        if (edge.empty()) continue;
        const { rx, tx } = rates.of(node.address, info.port);
        const width = widthOf(rx + tx) * (this.#isMany ? 0.6 : 1);
        const flows = rx + tx >= FLOWS;
        const text = !flows ? "" : isLegible ? rate(rx + tx) : edge.data("label");
        if (edge.data("width") !== width) edge.data("width", width);
        if (edge.data("label") !== text) edge.data("label", text);
        if (edge.hasClass("flows") !== flows) edge.toggleClass("flows", flows);
      }
    });
  }

  /** Marks what is chosen, with its links. */
  mark(target: Target | undefined): void {
    this.#chosen = target;
    this.#cy.batch(() => {
      this.#cy.elements(".chosen").removeClass("chosen");
      if (target === undefined) return;
      const one = this.#cy.getElementById(idOf(target));
      one.addClass("chosen");
      one.connectedEdges().addClass("chosen");
    });
  }

  /** Goes to the next thing in a direction, and answers what is there. */
  step(dx: number, dy: number): Target | undefined {
    const all = this.#things().filter((one) => one.visible());
    const now = this.#cy.nodes(".focus").first();
    const from: Point = now.empty() ? { x: -1e9, y: -1e9 } : now.position();
    let best: NodeSingular | undefined;
    let least = Infinity;
    all.forEach((one) => {
      const { x, y } = one.position();
      const [along, across] = [
        (x - from.x) * dx + (y - from.y) * dy,
        (x - from.x) * dy - (y - from.y) * dx,
      ];
      const far = now.empty() ? x + y : along + 2.5 * Math.abs(across);
      if ((now.empty() || along > 1) && far < least) [best, least] = [one, far];
    });
    if (best === undefined) return now.empty() ? undefined : targetOf(now);
    this.leave();
    best.addClass("focus");
    const { x1, y1, x2, y2 } = best.renderedBoundingBox();
    const isSeen = x1 >= 0 && y1 >= 0 && x2 <= this.#cy.width() && y2 <= this.#cy.height();
    if (!isSeen) this.#cy.center(best);
    return targetOf(best);
  }

  /** What {@link step} has gone to. */
  get focused(): Target | undefined {
    const one = this.#cy.nodes(".focus").first();
    return one.empty() ? undefined : targetOf(one);
  }

  leave(): void {
    this.#cy.nodes(".focus").removeClass("focus");
  }

  /** Where things are, for tests and for whoever takes notes: by kind and key. */
  get positions(): Readonly<Record<string, Point>> {
    const all = this.#things().map((one) => [one.id(), { ...one.position() }] as const);
    return Object.fromEntries(all);
  }

  /** The same on the screen. */
  renderedPosition(target: Target): Point {
    const { left, top } = this.element.getBoundingClientRect();
    const { x, y } = this.#cy.getElementById(idOf(target)).renderedPosition();
    return { x: x + left, y: y + top };
  }
}

function targetOf(one: NodeSingular): Target | undefined {
  const { kind, key } = one.data();
  return kind === undefined ? undefined : { kind, key };
}

/** A copy: cytoscape changes its own. */
function placeOf(one: cytoscape.SingularElementArgument): Point {
  const { x, y } = (one as NodeSingular).position();
  return { x, y };
}

const natural = new Intl.Collator("en", { numeric: true });

function nearest(points: readonly Point[], to: Point): Point {
  return points.reduce((best, one) => away(one, to) < away(best, to) ? one : best);
}

/** Draws a flat box around devices. */
function fitBox(box: NodeSingular, devices: readonly NodeSingular[]): void {
  const places = devices.map((one) => one.position());
  const [left, right] = span(places.map(({ x }) => x));
  const [top, bottom] = span(places.map(({ y }) => y));
  const [width, height] = [right - left, bottom - top];
  const size = `${width} ${height}`;
  if (box.scratch("size") !== size) box.scratch("size", size).style({ width, height });
  box.position({ x: (left + right) / 2, y: (top + bottom) / 2 }).ungrabify();
}

/** Between nodes without devices. */
const ROW_GAP = 130;

/** The least and the greatest of some numbers, with room around a device and its name. */
const span = (all: readonly number[]) =>
  [Math.min(...all) - ROOM, Math.max(...all) + ROOM] as const;
const ROOM = 26;

const away = (one: Point, other: Point) => Math.hypot(one.x - other.x, one.y - other.y);

/** Less than this (bytes/s: 1 kbit/s) is a LAN's own chatter. */
const FLOWS = 125;

/** In pixels: 1.5 up to 1 kbit/s, then 1.3 more for each factor of ten. */
function widthOf(bytesPerSecond: number): number {
  const factor = Math.log10(Math.max(bytesPerSecond, FLOWS) / FLOWS);
  return Math.round((1.5 + 1.3 * factor) * 2) / 2;
}
