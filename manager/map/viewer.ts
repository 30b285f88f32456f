// One page that watches: what it is told waits in bounds until its connection takes it.

/** Characters that wait for a viewer at most. Then all is dropped, and told anew as a snapshot. */
const MOST_WAITING = 1_000_000;

/** A server-sent event (HTML, section 9.2). JSON has no line breaks. */
export function sse(event: string, json: string): string {
  return `event: ${event}\ndata: ${json}\n\n`;
}

export class Viewer {
  /** Each chunk is what waits at the moment when it is asked for. */
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  #waiting: string[] = [];
  #size = 0;
  #isBehind = true;
  #woken = Promise.withResolvers<void>();

  /**
   * @param snapshot all there is, as the text of an event
   * @param ended is called when the viewer has gone
   */
  constructor(private readonly snapshot: () => string, ended: () => void) {
    this.stream = new ReadableStream({
      pull: async (controller) => controller.enqueue(new TextEncoder().encode(await this.#take())),
      cancel: ended,
    }, { highWaterMark: 0 });
  }

  /** Tells an event. */
  tell(text: string): void {
    if (this.#isBehind) return;
    this.#waiting.push(text);
    this.#size += text.length;
    if (this.#size > MOST_WAITING) this.tellAll();
    else this.#woken.resolve();
  }

  /** Tells all anew instead of what waits. */
  tellAll(): void {
    this.#isBehind = true;
    this.#waiting = [];
    this.#size = 0;
    this.#woken.resolve();
  }

  async #take(): Promise<string> {
    if (!this.#isBehind && this.#waiting.length === 0) await this.#woken.promise;
    this.#woken = Promise.withResolvers();
    if (this.#isBehind) {
      this.#isBehind = false;
      return this.snapshot();
    }
    const text = this.#waiting.join("");
    this.#waiting = [];
    this.#size = 0;
    return text;
  }
}
