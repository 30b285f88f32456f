// The tables beside the picture: devices, LANs and nodes, sorted as the reader likes.
/// <reference lib="dom" />
import { byId, el, setText } from "./dom.ts";
import { age, rate } from "./format.ts";
import type { Target } from "./graph.ts";
import { choosePorts, type Filter, matches, type Model, type Port } from "./model.ts";
import type { Rates } from "./rates.ts";
import { drawSpark, makeSpark } from "./spark.ts";

/** Rows that a table has at most; a search finds the others. */
const MOST_ROWS = 500;
/** Rows that a table has at once; the others come when the picture has been drawn. */
const FIRST_ROWS = 60;
/** So long (ms) the others wait at most. */
const LATER_MS = 1_000;

/** A column: its title, what is shown of a row, and what rows are sorted by. */
interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly order?: (row: Row) => string | number;
  /** Of the cell. */
  readonly look?: string;
  /** Changes all the time. */
  readonly isLive?: true;
  readonly spark?: (row: Row) => readonly number[];
  /** Marks the cell by its state. */
  readonly state?: (row: Row) => string;
}

interface Table {
  readonly title: string;
  readonly columns: readonly Column<never>[];
  readonly rows: (model: Model, filter: Filter) => readonly never[];
  readonly key: (row: never) => string;
  readonly target: (row: never) => Target;
}

function table<Row>(one: {
  readonly title: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: (model: Model, filter: Filter) => readonly Row[];
  readonly key: (row: Row) => string;
  readonly target: (row: Row) => Target;
}): Table {
  return one as unknown as Table;
}

function makeTables(rates: Rates): Readonly<Record<string, Table>> {
  const of = ({ node, info }: Port) => rates.of(node.address, info.port);
  const sumOf = (ports: readonly Port[]) => ports.reduce((sum, port) => sum + of(port).tx, 0);
  const chosen = (model: Model, filter: Filter) =>
    choosePorts(model, filter).filter((port) => matches(port, filter.text));
  const word = (state: string) => state === "here" || state === "connected" ? "up" : state;
  return {
    devices: table<Port>({
      title: "Devices",
      key: ({ key }) => key,
      target: ({ device }) => ({ kind: "device", key: device }),
      rows: chosen,
      columns: [
        { title: "Device", cell: ({ info }) => info.pod ?? info.port },
        { title: "Interface", cell: ({ info }) => info.interface ?? "" },
        { title: "LAN", cell: ({ info }) => info.lan },
        {
          ...{ title: "VNI", look: "figure" },
          ...{ cell: ({ info }) => `${info.vni}`, order: ({ info }) => info.vni },
        },
        { title: "Node", cell: ({ node }) => node.name },
        { title: "State", cell: ({ state }) => state, state: ({ state }) => state },
        {
          ...{ title: "In", look: "figure", isLive: true },
          ...{ cell: (port) => rate(of(port).rx), order: (port) => -of(port).rx },
        },
        {
          ...{ title: "Out", look: "figure", isLive: true },
          ...{ cell: (port) => rate(of(port).tx), order: (port) => -of(port).tx },
        },
        {
          ...{ title: "Trend", cell: () => "", look: "spark", isLive: true },
          ...{
            spark: (port) => of(port).history ?? [],
            order: (port) => -of(port).rx - of(port).tx,
          },
        },
        { title: "Lab", cell: ({ info }) => info.namespace ?? "" },
        { title: "MAC", cell: ({ info }) => info.mac ?? "", look: "mac" },
      ],
    }),
    lans: table<{ lan: NonNullable<ReturnType<Model["lans"]["get"]>>; ports: readonly Port[] }>({
      title: "LANs",
      key: ({ lan }) => lan.key,
      target: ({ lan }) => ({ kind: "lan", key: lan.key }),
      rows: (model, filter) => {
        const byLan = Map.groupBy(chosen(model, filter), ({ lan }) => lan);
        const isAll = filter.text.trim() === "" && filter.lab === "";
        return [...model.lans.values()]
          .filter(({ key }) => byLan.has(key) || isAll && (filter.lan === "" || filter.lan === key))
          .map((lan) => ({ lan, ports: byLan.get(lan.key) ?? [] }));
      },
      columns: [
        { title: "LAN", cell: ({ lan }) => lan.name },
        { title: "Suffix", cell: ({ lan }) => lan.suffix, look: "wide" },
        {
          ...{ title: "VNI", look: "figure" },
          ...{ cell: ({ lan }) => `${lan.vni}`, order: ({ lan }) => lan.vni },
        },
        {
          ...{ title: "Devices", look: "figure" },
          ...{ cell: ({ ports }) => `${ports.length}`, order: ({ ports }) => -ports.length },
        },
        { title: "Nodes", cell: ({ lan }) => lan.on.map(({ node }) => node.name).join(", ") },
        {
          title: "Tunnel",
          cell: ({ lan }) => lan.on.find(({ vxlan }) => vxlan !== "up")?.vxlan ?? "up",
          state: ({ lan }) => lan.on.find(({ vxlan }) => vxlan !== "up")?.vxlan ?? "up",
        },
        {
          ...{ title: "Traffic", look: "figure", isLive: true },
          cell: ({ ports }) => rate(sumOf(ports)),
          order: ({ ports }) => -sumOf(ports),
        },
      ],
    }),
    nodes: table<Model["nodes"][number]>({
      title: "Nodes",
      key: ({ address }) => address,
      target: ({ address }) => ({ kind: "node", key: address }),
      rows: ({ nodes }) => nodes,
      columns: [
        { title: "Node", cell: ({ name }) => name },
        { title: "Address", cell: ({ address }) => address, look: "figure" },
        { title: "Role", cell: ({ role }) => role === "worker" ? "worker" : "reflector" },
        { title: "State", cell: ({ state }) => word(state), state: ({ state }) => word(state) },
        {
          title: "Ready",
          cell: ({ inventory }) =>
            inventory === undefined ? "" : inventory.node.ready ? "yes" : "no",
          state: ({ inventory }) => inventory?.node.ready === false ? "down" : "",
        },
        {
          title: "Sessions",
          look: "figure",
          cell: ({ inventory }) => {
            const all = inventory?.sessions ?? [];
            return `${all.filter(({ state }) => state === "Established").length} of ${all.length}`;
          },
          state: ({ inventory }) =>
            inventory?.sessions.some(({ state }) => state !== "Established") ? "down" : "",
        },
        {
          ...{ title: "Devices", look: "figure" },
          cell: ({ inventory }) => `${inventory?.ports.length ?? 0}`,
          order: ({ inventory }) => -(inventory?.ports.length ?? 0),
        },
        {
          title: "Since",
          cell: ({ since }) => age(since, Date.now()),
          look: "wide figure",
          isLive: true,
        },
      ],
    }),
  };
}

interface ShownRow {
  readonly tr: HTMLTableRowElement;
  readonly cells: readonly HTMLElement[];
  row: never;
}

export class Lists {
  readonly #tables: Readonly<Record<string, Table>>;
  readonly #rows = new Map<string, ShownRow>();
  readonly #seen = new Set<Element>();
  readonly #watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#seen.add(target);
      else this.#seen.delete(target);
    }
  });
  #which = "devices";
  #sort = { column: 0, isDown: false };
  #body: HTMLTableSectionElement | undefined;
  #left: HTMLElement | undefined;
  #most = FIRST_ROWS;
  #isLater = false;
  #last: { readonly model: Model; readonly filter: Filter } | undefined;

  constructor(rates: Rates, private readonly choose: (target: Target) => void) {
    this.#tables = makeTables(rates);
    const tabs = Object.entries(this.#tables).map(([id, { title }]) =>
      el(
        "button",
        { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": "table" },
        title,
      )
    );
    byId("tabs").replaceChildren(...tabs);
    for (const [at, tab] of tabs.entries()) {
      tab.addEventListener("click", () => this.#open(tab.id.slice(4)));
      // As the ARIA practices have it: one stop, and arrows from tab to tab.
      tab.addEventListener("keydown", ({ key }) => {
        const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
        if (step === 0) return;
        const next = tabs[(at + step + tabs.length) % tabs.length]!;
        this.#open(next.id.slice(4));
        next.focus();
      });
    }
    this.#open("devices");
  }

  #open(which: string): void {
    this.#which = which;
    this.#sort = { column: 0, isDown: false };
    for (const tab of byId("tabs").children) {
      const isOpen = tab.id === `tab-${which}`;
      tab.setAttribute("aria-selected", `${isOpen}`);
      tab.setAttribute("tabindex", isOpen ? "0" : "-1");
    }
    byId("table").setAttribute("aria-labelledby", `tab-${which}`);
    this.#head();
    if (this.#last) this.show(this.#last.model, this.#last.filter);
  }

  get #table(): Table {
    return this.#tables[this.#which]!;
  }

  #head(): void {
    this.#rows.clear();
    this.#seen.clear();
    this.#watch.disconnect();
    const titles = this.#table.columns.map(({ title, look = "" }, at) => {
      const button = el("button", { type: "button" }, title);
      button.addEventListener("click", () => {
        const { column, isDown } = this.#sort;
        this.#sort = { column: at, isDown: column === at && !isDown };
        this.#markSort();
        if (this.#last) this.show(this.#last.model, this.#last.filter);
      });
      return el("th", { scope: "col", class: look }, button);
    });
    this.#body = el("tbody");
    this.#left = el("p", { class: "left" });
    byId("table").replaceChildren(
      el("table", {}, el("thead", {}, el("tr", {}, ...titles)), this.#body),
      this.#left,
    );
    this.#markSort();
  }

  #markSort(): void {
    const { column, isDown } = this.#sort;
    for (const [at, th] of [...byId("table").querySelectorAll("th")].entries()) {
      if (at === column) th.setAttribute("aria-sort", isDown ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    }
  }

  /** Shows rows anew. Rows that stay are the same elements, so that focus stays, too. */
  show(model: Model, filter: Filter): void {
    this.#last = { model, filter };
    const { rows, key } = this.#table;
    const all = this.#sorted(rows(model, filter));
    const shown = all.slice(0, this.#most);
    if (all.length > this.#most && this.#most < MOST_ROWS) this.#showMoreLater();
    const keys = new Set(shown.map(key));
    for (const [one, { tr }] of this.#rows) {
      if (keys.has(one)) continue;
      this.#watch.unobserve(tr);
      this.#seen.delete(tr);
      tr.remove();
      this.#rows.delete(one);
    }
    let before: ChildNode | null = this.#body!.firstChild;
    for (const row of shown) {
      const one = this.#rows.get(key(row)) ?? this.#make(row);
      one.row = row;
      this.#fill(one, false);
      if (one.tr === before) before = before.nextSibling;
      else this.#body!.insertBefore(one.tr, before);
    }
    const more = all.length - Math.min(all.length, MOST_ROWS);
    const none = all.length === 0 ? "Nothing to show." : "";
    setText(this.#left!, more > 0 ? `${more.toLocaleString("en")} more; search for them.` : none);
    this.tick();
  }

  /** A table of 500 rows takes as long to lay out as all else, and 40 can be seen. */
  #showMoreLater(): void {
    if (this.#isLater) return;
    this.#isLater = true;
    const show = () => {
      this.#most = MOST_ROWS;
      if (this.#last) this.show(this.#last.model, this.#last.filter);
    };
    setTimeout(show, LATER_MS);
  }

  #sorted(rows: readonly never[]): never[] {
    const { column, isDown } = this.#sort;
    const { order, cell } = this.#table.columns[column]!;
    const by = order ?? cell;
    const keyed = rows.map((row) => ({ row, by: by(row) }));
    keyed.sort((one, other) =>
      typeof one.by === "number"
        ? one.by - Number(other.by)
        : natural.compare(one.by, `${other.by}`)
    );
    if (isDown) keyed.reverse();
    return keyed.map(({ row }) => row);
  }

  #make(row: never): ShownRow {
    const { columns, key, target } = this.#table;
    const cells = columns.map(({ look = "", spark }, at) => {
      const content = spark !== undefined
        ? makeSpark()
        : at === 0
        ? el("button", { type: "button", class: "name" })
        : el("bdi");
      return {
        content,
        td: at === 0 ? el("th", { scope: "row" }, content) : el("td", { class: look }, content),
      };
    });
    const tr = el("tr", {}, ...cells.map(({ td }) => td));
    const one: ShownRow = { tr, cells: cells.map(({ content }) => content as HTMLElement), row };
    tr.addEventListener("click", () => this.choose(target(one.row)));
    this.#rows.set(key(row), one);
    this.#watch.observe(tr);
    return one;
  }

  #fill({ cells, row }: ShownRow, liveOnly: boolean): void {
    for (const [at, { cell, isLive, spark, state }] of this.#table.columns.entries()) {
      if (liveOnly && !isLive) continue;
      const content = cells[at]!;
      if (spark !== undefined) drawSpark(content as unknown as SVGSVGElement, spark(row));
      else setText(content, cell(row));
      const td = content.parentElement!;
      const shown = state?.(row) ?? "";
      if ((td.dataset.state ?? "") !== shown) td.dataset.state = shown;
    }
  }

  /** Shows new rates of the rows that can be seen. */
  tick(): void {
    for (const one of this.#rows.values()) if (this.#seen.has(one.tr)) this.#fill(one, true);
  }

  /** Whether the rows are sorted by what changes all the time. */
  get isLive(): boolean {
    return this.#table.columns[this.#sort.column]!.isLive === true;
  }

  mark(target: Target | undefined): void {
    for (const { tr, row } of this.#rows.values()) {
      const { kind, key } = this.#table.target(row);
      const isChosen = kind === target?.kind && key === target.key;
      if (tr.classList.contains("chosen") !== isChosen) tr.classList.toggle("chosen", isChosen);
    }
  }
}

const natural = new Intl.Collator("en", { numeric: true });
