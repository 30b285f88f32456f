// A line: a WebSocket that this side has accepted or called, in bounds of size and rate.
import { sleep } from "../../shared/process/time.ts";
import { ByteReader, Ended } from "./byte_reader.ts";
import {
  CLOSE,
  type CloseCode,
  encodeClose,
  encodePong,
  encodeText,
  maskFrame,
  MessageReader,
  type Side,
} from "./frames.ts";
import { Violation } from "./frames.ts";
import type { Room } from "./room.ts";

/** What a line may bring. */
export interface Pace {
  /** Bytes of a message. */
  readonly most: number;
  /** Bytes a second, in the long run: what comes faster is read later, so its sender waits. */
  readonly bytesPerSecond: number;
  /** Messages a second, likewise; each part of one counts, and so does each control frame. */
  readonly messagesPerSecond: number;
  /** Shared with other lines; without it there is room for all. */
  readonly room?: Room;
}

/** Where time comes from. */
export interface Clock {
  /** In ms; it never goes back. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

export const CLOCK: Clock = { now: () => performance.now(), sleep };

/** What a line may have of its own. */
export interface LineOptions {
  /** Which side this one is. */
  readonly side?: Side;
  readonly clock?: Clock;
  /** So much (bytes) may wait for a slow reader; then its line is closed. */
  readonly mostWaiting?: number | undefined;
}

const MOST_WAITING = 32 * 1024 * 1024;
/** How much (ms) of its pace a line may be ahead, so that a burst is taken at once. */
const BURST_MS = 2_000;
/** So long (ms) the other side may take to read that the line is closed. */
const FAREWELL_MS = 1_000;

export class Line {
  readonly #reader: MessageReader;
  #writing: Promise<void> = Promise.resolve();
  #waiting = 0;
  #paidUntil = 0;
  #isClosed = false;
  #room: Room | undefined;
  #reason = "";
  readonly #side: Side;
  readonly #clock: Clock;
  readonly #mostWaiting: number;
  readonly #closed = Promise.withResolvers<void>();

  /** @param from address of the other side */
  constructor(
    private readonly connection: Deno.Conn,
    bytes: ByteReader,
    readonly from: string,
    { side = "accepter", clock = CLOCK, mostWaiting = MOST_WAITING }: LineOptions = {},
  ) {
    this.#side = side;
    this.#clock = clock;
    this.#mostWaiting = mostWaiting;
    this.#reader = new MessageReader(bytes, side === "accepter" ? "caller" : "accepter");
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Why it has ended: what the other side has said of that, or has done. Empty where unknown. */
  get reason(): string {
    return this.#reason;
  }

  /** Bytes that wait for the other side. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * The next text; undefined when the line has ended, which closes it. The text before has been
   * handled then.
   */
  async next({ most, bytesPerSecond, messagesPerSecond, room }: Pace): Promise<string | undefined> {
    this.#room = room;
    room?.free(this);
    const why = "others need the room of its message";
    const leave = () => this.close(CLOSE.policy, why);
    const hold = (bytes: number) => {
      if (this.#isClosed) throw new Violation(CLOSE.policy, why);
      room?.hold(this, bytes, leave);
    };
    try {
      while (!this.#isClosed) {
        await this.#keepPace();
        const message = await this.#reader.next(most, hold);
        const length = message.kind === "text" ? message.text.length : 0;
        this.#pay(Math.max(1_000 / messagesPerSecond, 1_000 * length / bytesPerSecond));
        if (message.kind === "text") {
          room?.end(this);
          return message.text;
        }
        if (message.kind === "ping") this.#write(encodePong(message.payload));
        if (message.kind === "close") {
          this.#reason = message.reason;
          this.close(CLOSE.normal, "");
        }
      }
    } catch (error) {
      if (error instanceof Violation) {
        this.#reason = error.message;
        this.close(error.code, error.message);
      } else this.#end();
      if (!(error instanceof Violation || error instanceof Ended || this.#isClosed)) throw error;
    }
    return undefined;
  }

  send(text: string): void {
    this.#write(encodeText(text));
  }

  close(code: CloseCode, reason: string): void {
    if (this.#isClosed) return;
    this.#write(encodeClose(code, reason));
    this.#isClosed = true;
    const overdue = setTimeout(() => this.#end(), FAREWELL_MS);
    void this.#writing.then(() => this.connection.closeWrite()).catch(() => {}).finally(() => {
      clearTimeout(overdue);
      this.#end();
    });
  }

  /** When the connection has ended. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  #pay(ms: number): void {
    this.#paidUntil = Math.max(this.#paidUntil, this.#clock.now()) + ms;
  }

  async #keepPace(): Promise<void> {
    const early = this.#paidUntil - this.#clock.now() - BURST_MS;
    if (early > 0) await this.#clock.sleep(early);
  }

  #write(plain: Uint8Array<ArrayBuffer>): void {
    if (this.#isClosed) return;
    const frame = this.#side === "caller" ? maskFrame(plain) : plain;
    this.#waiting += frame.length;
    if (this.#waiting > this.#mostWaiting) return this.#end();
    this.#writing = this.#writing.then(async () => {
      for (let at = 0; at < frame.length;) at += await this.connection.write(frame.subarray(at));
      this.#waiting -= frame.length;
    }).catch(() => this.#end());
  }

  #end(): void {
    this.#isClosed = true;
    this.#room?.free(this);
    try {
      this.connection.close();
    } catch {
      // It is closed already.
    }
    this.#closed.resolve();
  }
}
