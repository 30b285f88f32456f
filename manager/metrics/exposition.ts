// Writes figures in Prometheus' text format, version 0.0.4.
import type { Labels, ReadRow, Sample } from "./row.ts";

/** The media type of the format. */
export const TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const FIRST_SIZE = 65_536;
const NEWLINE = 10;
const ZERO = 48;
/** From here on a number may be written with an exponent, and its digits cannot be counted off. */
const LARGE = 2 ** 53;
/** Digits of the largest number below. */
const MOST_DIGITS = 16;

/**
 * A text of megabytes that is made of small pieces, as bytes. To make it again in the same memory
 * saves a collection of all garbage with each scrape.
 */
export class Page {
  #bytes = new Uint8Array(FIRST_SIZE);
  #length = 0;
  #readers = 0;

  /** In bytes. */
  get length(): number {
    return this.#length;
  }

  /** Whether somebody still reads what was written, so that it must stay as it is. */
  get hasReaders(): boolean {
    return this.#readers > 0;
  }

  clear(): void {
    this.#length = 0;
  }

  /** All that was written, in UTF-8, as one piece. The page stays as it is until that is taken. */
  read(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.#readers++;
    const bytes = this.#bytes.subarray(0, this.#length);
    let isGiven = false;
    return new ReadableStream({
      pull: (controller) => {
        if (!isGiven) controller.enqueue(bytes);
        else {
          controller.close();
          this.#readers--;
        }
        isGiven = true;
      },
      cancel: () => void this.#readers--,
    }, { highWaterMark: 0 });
  }

  write(text: string): void {
    // A character of UTF-16 takes three bytes at most.
    this.#reserve(3 * text.length);
    this.#length += ENCODER.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  /**
   * Writes a line: a name, labels with the blank behind them, and a count. Strings that live for an
   * instant would cost a scrape of thousands of series more than all else.
   */
  writeCount(name: Uint8Array, labels: Uint8Array, count: number): void {
    this.#reserve(name.length + labels.length + MOST_DIGITS + 1);
    this.#bytes.set(name, this.#length);
    this.#bytes.set(labels, this.#length + name.length);
    this.#length += name.length + labels.length;
    if (count < LARGE) this.#writeDigits(count);
    else this.write(`${count}`);
    this.#bytes[this.#length++] = NEWLINE;
  }

  #writeDigits(count: number): void {
    const bytes = this.#bytes;
    let digits = 1;
    for (let power = 10; count >= power; power *= 10) digits++;
    let rest = count;
    for (let at = this.#length + digits - 1; at >= this.#length; at--) {
      const next = Math.floor(rest / 10);
      bytes[at] = ZERO + (rest - next * 10);
      rest = next;
    }
    this.#length += digits;
  }

  /** One byte more than is asked for is there: a newline follows a number of any length. */
  #reserve(size: number): void {
    const needed = this.#length + size + 1;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * needed);
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

const ENCODER = new TextEncoder();

/** What the format says before the samples of a metric. */
type Head = Pick<ReadRow, "name" | "help" | "type">;

const writeHead = (page: Page, { name, help, type }: Head) =>
  page.write(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);

/** Writes a metric with its samples; nothing where there are none. */
export function writeRow(page: Page, row: Head, samples: Iterable<Sample>): void {
  let isFirst = true;
  for (const [labels, value] of samples) {
    if (isFirst) writeHead(page, row);
    isFirst = false;
    page.write(row.name + textOf(labels) + (value === Infinity ? " +Inf\n" : ` ${value}\n`));
  }
}

/** A device that was counted: its labels in the format, by {@link encodeLabels}, and its row. */
export interface CountedDevice {
  readonly labels: Uint8Array;
  /** Of {@link DeviceCounters}. */
  readonly row: number;
}

/** Writes a metric with a count of each device; nothing where there is no device. */
export function writeCounts(
  page: Page,
  row: Head,
  devices: readonly CountedDevice[],
  count: (row: number) => number,
): void {
  if (devices.length === 0) return;
  writeHead(page, row);
  const name = ENCODER.encode(row.name);
  for (const device of devices) page.writeCount(name, device.labels, count(device.row));
}

/** Labels are rendered once: they are the same objects until the devices change. */
function once<T>(render: (labels: Labels) => T): (labels: Labels) => T {
  const known = new WeakMap<Labels, { readonly rendered: T }>();
  return (labels) => {
    const one = known.get(labels) ?? { rendered: render(labels) };
    known.set(labels, one);
    return one.rendered;
  };
}

const textOf = once((labels) => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
});

/** Labels with the blank behind them. */
export const encodeLabels = once((labels) => ENCODER.encode(`${textOf(labels)} `));

/** The format knows these three; every other character stands for itself. */
function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")
    .replaceAll('"', '\\"');
}
