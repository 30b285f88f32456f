// Messages of a WebSocket as a server reads and writes them (RFC 6455, section 5).
import type { ByteReader } from "./byte_reader.ts";

/** Codes of RFC 6455, section 7.4.1, that are used here. */
export const CLOSE = {
  normal: 1000,
  goingAway: 1001,
  protocol: 1002,
  unsupported: 1003,
  notText: 1007,
  policy: 1008,
  tooLong: 1009,
} as const;
export type CloseCode = typeof CLOSE[keyof typeof CLOSE];

/** The other side does what it must not: the connection is closed with this code. */
export class Violation extends Error {
  override readonly name = "Violation";
  constructor(readonly code: CloseCode, message: string) {
    super(message);
  }
}

const CONTINUATION = 0, TEXT = 1, BINARY = 2, CLOSING = 8, PING = 9, PONG = 10;

export type Message =
  | { readonly kind: "text"; readonly text: string }
  /** A part of a text that goes on. */
  | { readonly kind: "part" }
  | { readonly kind: "ping"; readonly payload: Uint8Array<ArrayBuffer> }
  | { readonly kind: "pong" }
  | { readonly kind: "close"; readonly reason: string };

interface Frame {
  readonly isLast: boolean;
  readonly opcode: number;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** A control frame has at most so many bytes (section 5.5). */
const MOST_CONTROL = 125;
/** Parts of a text: each takes memory of its own, even an empty one. */
export const MOST_PARTS = 64;
const MASK_BYTES = 4;

/** The caller masks what it says, and nobody else does (section 5.1). */
export type Side = "caller" | "accepter";

/** Reads messages frame by frame, so that whoever keeps a pace counts every frame. */
export class MessageReader {
  #parts: Uint8Array<ArrayBuffer>[] = [];
  #length = 0;
  #isInText = false;

  /** @param from the side that says the messages */
  constructor(private readonly bytes: ByteReader, private readonly from: Side = "caller") {}

  /**
   * @param most bytes of a text
   * @param hold is told how many bytes a text takes so far, before they are read
   * @throws {Violation} and {Ended}
   */
  async next(most: number, hold: (bytes: number) => void = () => {}): Promise<Message> {
    const { isLast, opcode, payload } = await this.#readFrame(most, hold);
    if (opcode === PING) return { kind: "ping", payload };
    if (opcode === PONG) return { kind: "pong" };
    if (opcode === CLOSING) {
      return { kind: "close", reason: new TextDecoder().decode(payload.subarray(2)) };
    }
    if (opcode === BINARY) throw new Violation(CLOSE.unsupported, "messages are text");
    const isRight = this.#isInText ? opcode === CONTINUATION : opcode === TEXT;
    if (!isRight) throw new Violation(CLOSE.protocol, "a frame is out of place");
    if (this.#parts.length === MOST_PARTS) {
      throw new Violation(CLOSE.tooLong, `a message has more than ${MOST_PARTS} parts`);
    }
    this.#isInText = !isLast;
    this.#parts.push(payload);
    this.#length += payload.length;
    return isLast ? { kind: "text", text: this.#takeText() } : { kind: "part" };
  }

  async #readFrame(most: number, hold: (bytes: number) => void): Promise<Frame> {
    const [first = 0, second = 0] = await this.bytes.take(2);
    const opcode = first & 15;
    const isLast = (first & 128) !== 0;
    // Bits of extensions, which nobody has agreed on.
    if ((first & 112) !== 0) throw new Violation(CLOSE.protocol, "a frame has unknown bits");
    const isMasked = (second & 128) !== 0;
    if (isMasked !== (this.from === "caller")) {
      throw new Violation(CLOSE.protocol, `a frame is ${isMasked ? "" : "not "}masked`);
    }
    const length = await this.#readLength(second & 127);
    const isControl = opcode >= CLOSING;
    if (isControl && (length > MOST_CONTROL || !isLast)) {
      throw new Violation(CLOSE.protocol, "a control frame is too long, or not whole");
    }
    if (!isControl && this.#length + length > most) {
      throw new Violation(CLOSE.tooLong, `a message is longer than ${most} bytes`);
    }
    const mask = isMasked ? await this.bytes.take(MASK_BYTES) : undefined;
    const before = this.#length;
    // Whoever says no more than how long a text is takes no room from others.
    const payload = await this.bytes.take(
      length,
      isControl ? undefined : (bytes) => {
        hold(before + bytes);
      },
    );
    if (mask !== undefined) maskBytes(payload, mask);
    return { isLast, opcode, payload };
  }

  async #readLength(short: number): Promise<number> {
    if (short < 126) return short;
    const bytes = await this.bytes.take(short === 126 ? 2 : 8);
    return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  }

  #takeText(): string {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.#length = 0;
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(whole);
    } catch {
      throw new Violation(CLOSE.notText, "a message is not UTF-8");
    }
  }
}

function maskBytes(bytes: Uint8Array, mask: Uint8Array): void {
  for (let at = 0; at < bytes.length; at++) bytes[at]! ^= mask[at & 3]!;
}

/** How long (bytes) the head of a frame is: it says the payload's length in three ways. */
export function headSize(frame: Uint8Array): number {
  const length = frame[1]! & 127;
  return length === 126 ? 4 : length === 127 ? 10 : 2;
}

/** A frame as a caller says it. */
export function maskFrame(
  frame: Uint8Array<ArrayBuffer>,
  mask = crypto.getRandomValues(new Uint8Array(MASK_BYTES)),
): Uint8Array<ArrayBuffer> {
  const size = headSize(frame);
  const masked = new Uint8Array(frame.length + MASK_BYTES);
  masked.set(frame.subarray(0, size));
  masked[1]! |= 128;
  masked.set(mask, size);
  masked.set(frame.subarray(size), size + MASK_BYTES);
  maskBytes(masked.subarray(size + MASK_BYTES), mask);
  return masked;
}

export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  return encodeFrame(TEXT, new TextEncoder().encode(text));
}

export function encodePong(payload: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return encodeFrame(PONG, payload);
}

/** @param reason is cut where it is too long for its frame */
export function encodeClose(code: CloseCode, reason: string): Uint8Array<ArrayBuffer> {
  const payload = new Uint8Array(MOST_CONTROL);
  new DataView(payload.buffer).setUint16(0, code);
  const { written } = new TextEncoder().encodeInto(reason, payload.subarray(2));
  return encodeFrame(CLOSING, payload.slice(0, 2 + written));
}

function encodeFrame(opcode: number, payload: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const { length } = payload;
  const size = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = new Uint8Array(2 + size + length);
  const view = new DataView(frame.buffer);
  frame[0] = 128 | opcode;
  frame[1] = size === 0 ? length : size === 2 ? 126 : 127;
  if (size === 2) view.setUint16(2, length);
  if (size === 8) view.setBigUint64(2, BigInt(length));
  frame.set(payload, 2 + size);
  return frame;
}
