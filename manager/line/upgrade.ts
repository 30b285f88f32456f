// The beginning of a WebSocket: what a client asks for, and the answer (RFC 6455, section 4).
import { describeProblem, PROBLEM, REASONS } from "../http/problem.ts";
import type { ByteReader } from "./byte_reader.ts";

/** The longest request, in bytes. */
const MOST_BYTES = 8_192;
/** RFC 6455, section 1.3. */
const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A request that asks for a WebSocket. */
export interface Upgrade {
  readonly path: string;
  /** A header's value; undefined where it is not there. Names are lower case. */
  readonly header: (name: string) => string | undefined;
  readonly key: string;
}

/** An answer that is no WebSocket. */
export interface Refusal {
  readonly status: 400 | 403 | 404 | 426;
  readonly why: string;
}

/** @throws {Ended} when the connection ends before the request does */
export async function readUpgrade(bytes: ByteReader): Promise<Upgrade | Refusal> {
  return parseUpgrade(await bytes.takeUntil("\r\n\r\n", MOST_BYTES) ?? "");
}

/** @param head the request's lines up to the empty one */
export function parseUpgrade(head: string): Upgrade | Refusal {
  const [line = "", ...others] = head.split("\r\n");
  const [, path] = /^GET (\/[\x21-\x7e]*) HTTP\/1\.1$/.exec(line) ?? [];
  if (path === undefined) return { status: 400, why: "this is no request" };
  const headers = new Map(others.map((one) => {
    const [name = "", ...value] = one.split(":");
    return [name.toLowerCase(), value.join(":").trim()];
  }));
  const header = (name: string) => headers.get(name);
  const key = header("sec-websocket-key") ?? "";
  const isUpgrade = header("upgrade")?.toLowerCase() === "websocket" &&
    header("sec-websocket-version") === "13" && /^[A-Za-z0-9+/]{22}==$/.test(key);
  // A page in a browser always says where it comes from, and no page is wanted here.
  if (header("origin") !== undefined) {
    return { status: 403, why: "this is not for pages" };
  }
  if (!isUpgrade) return { status: 426, why: "this is for WebSockets" };
  return { path, header, key };
}

/** What whoever takes a WebSocket answers to its key. */
export async function acceptOf(key: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(key + MAGIC));
  return new Uint8Array(digest).toBase64();
}

export async function renderUpgrade({ key }: Upgrade): Promise<string> {
  return "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n" +
    `sec-websocket-accept: ${await acceptOf(key)}\r\n\r\n`;
}

export function renderRefusal({ status, why }: Refusal): string {
  const body = describeProblem(status, why);
  const more = status === 426 ? "upgrade: websocket\r\n" : "";
  return `HTTP/1.1 ${status} ${REASONS[status]}\r\ncontent-type: ${PROBLEM}\r\n` +
    `content-length: ${body.length}\r\n${more}connection: close\r\n\r\n${body}`;
}
