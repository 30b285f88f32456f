// The last events, the newest first.
/// <reference lib="dom" />
import { keepFairly } from "../keep_fairly.ts";
import type { MapEvent } from "../messages.ts";
import { el, name } from "./dom.ts";

export class EventLog {
  #events: readonly MapEvent[] = [];

  constructor(private readonly list: HTMLElement) {}

  /** Shows these alone. */
  reset(events: readonly MapEvent[]): void {
    const known = new Set(this.#events.map(keyOf));
    const isSame = events.length === known.size && events.every((one) => known.has(keyOf(one)));
    if (isSame) return;
    this.#events = [];
    this.list.replaceChildren();
    this.add(events);
  }

  add(events: readonly MapEvent[]): void {
    // Workers that call again tell earlier events later.
    this.#events = keepFairly([...this.#events.toReversed(), ...events].toSorted(byTime)).reverse();
    const there = new Map(
      [...this.list.children].map((item) => [(item as HTMLElement).dataset.key!, item]),
    );
    const keys = new Set(this.#events.map(keyOf));
    for (const [key, item] of there) if (!keys.has(key)) item.remove();
    let before: Element | null = this.list.firstElementChild;
    for (const event of this.#events) {
      const item = there.get(keyOf(event)) ?? render(event);
      if (item === before) before = before.nextElementSibling;
      else this.list.insertBefore(item, before);
    }
  }
}

const byTime = (one: MapEvent, other: MapEvent) =>
  one.time < other.time ? -1 : one.time > other.time ? 1 : 0;

const keyOf = ({ number, time, node }: MapEvent) => `${time} ${number} ${node}`;

function render(event: MapEvent): HTMLElement {
  const time = new Date(event.time);
  const item = el(
    "li",
    { class: event.level },
    el("time", { datetime: event.time, title: event.time }, time.toLocaleTimeString("en-GB")),
    el("span", { class: "node" }, name(event.node)),
    el(
      "span",
      { class: "text" },
      event.level === "info" ? "" : `${event.level}: `,
      name(event.text),
    ),
  );
  item.dataset.key = keyOf(event);
  return item;
}
