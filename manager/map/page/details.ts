// What is known of one device, LAN or node: shown over the picture when it is chosen.
/// <reference lib="dom" />
import { captureHints, type Hint, type LabWords, shellHints } from "./commands.ts";
import { byId, el, name, setText } from "./dom.ts";
import { age, rate } from "./format.ts";
import type { Target } from "./graph.ts";
import { findProblems, type Model, type Port } from "./model.ts";
import type { Rates } from "./rates.ts";
import { drawSpark, makeSpark } from "./spark.ts";

/** Texts that change all the time, with the elements that show them. */
type Live = { readonly update: () => void };

export class Details {
  readonly #element = byId("details");
  #live: Live[] = [];
  #shown = "";

  constructor(
    private readonly rates: Rates,
    private readonly lab: LabWords | undefined,
    private readonly choose: (target: Target | undefined) => void,
  ) {}

  /** Shows what is chosen, and hides where that is gone. Answers whether it is there. */
  show(model: Model, target: Target | undefined): boolean {
    const content = target === undefined ? undefined : this.#describe(model, target);
    this.#element.hidden = content === undefined;
    if (content === undefined || target === undefined) {
      this.#shown = "";
      return false;
    }
    const { title, kind, parts } = content;
    const close = el("button", { type: "button", id: "close", "aria-label": "Close details" }, "×");
    close.addEventListener("click", () => this.choose(undefined));
    const heading = el(
      "h2",
      { id: "details-title", tabindex: "-1" },
      el("small", {}, kind),
      name(title),
    );
    const hadFocus = this.#element.contains(document.activeElement);
    this.#element.replaceChildren(el("header", {}, heading, close), ...parts);
    const key = `${target.kind} ${target.key}`;
    if (key !== this.#shown || hadFocus) heading.focus({ preventScroll: true });
    this.#shown = key;
    this.tick();
    return true;
  }

  tick(): void {
    for (const { update } of this.#live) update();
  }

  #describe(model: Model, { kind, key }: Target) {
    this.#live = [];
    if (kind === "device") return this.#device(model, key);
    return kind === "lan" ? this.#lan(model, key) : this.#node(model, key);
  }

  #device(model: Model, key: string) {
    const device = model.devices.get(key);
    if (device === undefined) return undefined;
    const { title, namespace, node, ports } = device;
    const facts = list([
      ...namespace === undefined ? [] : [["Lab", name(namespace)] as const],
      ["Node", this.#link(node.name, { kind: "node", key: node.address })],
    ]);
    const interfaces = table(
      ["Interface", "LAN", "VNI", "MAC", "State", "In", "Out", "Trend"],
      ports.map((port) => [
        name(port.info.interface ?? port.info.port),
        this.#link(`${port.info.lan}`, { kind: "lan", key: port.lan }),
        `${port.info.vni}`,
        el("code", {}, port.info.mac ?? ""),
        el("span", { class: "state", "data-state": port.state }, port.state),
        ...this.#flow(port),
      ]),
    );
    const more = ports.map((port) => this.#counts(port));
    const first = ports[0]!.info;
    const captures = ports.flatMap(({ info }) => captureHints(info, this.lab));
    const hints = [...shellHints(first, this.lab), ...captures];
    const note = captures.length > 0
      ? [el("p", { class: "note" }, "A capture needs tcpdump in the device.")]
      : [];
    return {
      title,
      kind: "device",
      parts: [facts, interfaces, ...more, commands(hints), ...note],
    };
  }

  /** Cells with what flows at a port. */
  #flow(port: Port): Node[] {
    const [rx, tx, spark] = [el("span"), el("span"), makeSpark()];
    const update = () => {
      const now = this.rates.of(port.node.address, port.info.port);
      setText(rx, rate(now.rx));
      setText(tx, rate(now.tx));
      drawSpark(spark, now.history ?? []);
    };
    this.#live.push({ update });
    return [rx, tx, spark];
  }

  /** What was lost at a port; nothing where nothing was. */
  #counts({ node, info }: Port): Node {
    const line = el("p", { class: "note" });
    const update = () => {
      const [, , rx = 0, tx = 0, dropped = 0, errors = 0] =
        this.rates.counts(node.address, info.port) ?? [];
      const figures = [rx, tx, dropped, errors].map((figure) => figure.toLocaleString("en"));
      setText(
        line,
        `${info.interface ?? info.port}: ${figures[0]} packets in, ${figures[1]} out, ` +
          `${figures[2]} dropped, ${figures[3]} errors`,
      );
    };
    this.#live.push({ update });
    return line;
  }

  #lan(model: Model, key: string) {
    const lan = model.lans.get(key);
    if (lan === undefined) return undefined;
    const facts = list([
      ["VNI", `${lan.vni}`],
      ...lan.suffix === "" ? [] : [["Suffix", name(lan.suffix)] as const],
      ["MTU", [...new Set(lan.on.map(({ mtu }) => mtu))].join(", ")],
    ]);
    const nodes = table(
      ["Node", "Tunnel"],
      lan.on.map(({ node, vxlan }) => [
        this.#link(node.name, { kind: "node", key: node.address }),
        el("span", { class: "state", "data-state": vxlan }, vxlan),
      ]),
    );
    const devices = table(
      ["Device", "Interface", "Node", "MAC", "In", "Out", "Trend"],
      lan.ports.slice(0, MOST_LISTED).map((port) => [
        this.#link(port.info.pod ?? port.info.port, { kind: "device", key: port.device }),
        name(port.info.interface ?? ""),
        this.#link(port.node.name, { kind: "node", key: port.node.address }),
        el("code", {}, port.info.mac ?? ""),
        ...this.#flow(port),
      ]),
    );
    return { title: lan.name, kind: "LAN", parts: [facts, devices, nodes] };
  }

  #node(model: Model, key: string) {
    const node = model.nodes.find(({ address }) => address === key);
    if (node === undefined) return undefined;
    const { address, role, version, state, since, inventory } = node;
    const problems = findProblems(model).filter((one) => one.address === address);
    const daemons = inventory?.daemons ?? [];
    const facts = list([
      ["Address", el("code", {}, address)],
      ["Role", role === "worker" ? "worker" : "route reflector"],
      ["Version", version === "" ? "not known" : version],
      ["State", state === "here" ? "this node" : `${state}, ${age(since, Date.now())}`],
      ["FRR", daemons.length === 0 ? "no daemon answers" : daemons.join(", ")],
    ]);
    const wrong = problems.map(({ text }) => el("li", {}, text));
    const sessions = table(
      ["Session", "State", "For", "Received", "Sent"],
      (inventory?.sessions ?? []).slice(0, MOST_LISTED).map((one) => [
        name(one.hostname ?? one.peer),
        el(
          "span",
          { class: "state", "data-state": one.state === "Established" ? "up" : "down" },
          one.state,
        ),
        age(one.since, Date.now()),
        `${one.prefixesReceived}`,
        `${one.prefixesSent}`,
      ]),
    );
    const shown = wrong.length > 0 ? [el("ul", { class: "bad" }, ...wrong)] : [];
    return { title: node.name, kind: "node", parts: [facts, ...shown, sessions] };
  }

  #link(text: string, target: Target): HTMLElement {
    const button = el("button", { type: "button", class: "name" }, name(text));
    button.addEventListener("click", () => this.choose(target));
    return button;
  }
}

/** Rows of a table in the details. */
const MOST_LISTED = 100;

function list(facts: readonly (readonly [string, Node | string])[]): HTMLElement {
  return el(
    "dl",
    {},
    ...facts.map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, value))),
  );
}

function table(
  titles: readonly string[],
  rows: readonly (readonly (Node | string)[])[],
): HTMLElement {
  const head = el("tr", {}, ...titles.map((title) => el("th", { scope: "col" }, title)));
  const body = rows.map((cells) => el("tr", {}, ...cells.map((cell) => el("td", {}, cell))));
  return el(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": titles[0]! },
    el("table", {}, el("thead", {}, head), el("tbody", {}, ...body)),
  );
}

function commands(hints: readonly Hint[]): HTMLElement {
  return el(
    "ul",
    { class: "commands" },
    ...hints.map(({ title, command }) => {
      const code = el("code", {}, command);
      const copy = el("button", { type: "button", "aria-label": `Copy: ${title}` }, "Copy");
      copy.addEventListener("click", async () => {
        const isCopied = await copyText(command, code);
        setText(copy, isCopied ? "Copied" : "Selected");
        setTimeout(() => setText(copy, "Copy"), 1_500);
      });
      return el("li", {}, el("span", {}, title), code, copy);
    }),
  );
}

/** Without TLS, a page that is not of this machine has no clipboard: then the text is selected. */
async function copyText(text: string, shown: Node): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(shown);
    return false;
  }
}
