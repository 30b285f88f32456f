// Calls a line: a WebSocket whose other side has accepted it, in the same bounds.
// Deno's WebSocket keeps a message of whoever answers until its last part, however long it is.
import { ByteReader } from "./byte_reader.ts";
import { Line } from "./line.ts";
import { acceptOf } from "./upgrade.ts";

/** The longest answer, in bytes. */
const MOST_BYTES = 8_192;
const KEY_BYTES = 16;

/**
 * @param signal ends the attempt
 * @throws {Error} when nobody answers there, or somebody who does not take the line
 */
export async function callLine(
  { hostname, port, path }: {
    readonly hostname: string;
    readonly port: number;
    readonly path: string;
  },
  signal: AbortSignal,
): Promise<Line> {
  const connection = await Deno.connect({ hostname, port, signal });
  let isOurs = true;
  const end = () => {
    if (isOurs) connection.close();
    isOurs = false;
  };
  signal.addEventListener("abort", end, { once: true });
  try {
    signal.throwIfAborted();
    const bytes = new ByteReader(connection);
    const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES)).toBase64();
    const request = `GET ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n` +
      "upgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\n" +
      `sec-websocket-key: ${key}\r\n\r\n`;
    const text = new TextEncoder().encode(request);
    for (let at = 0; at < text.length;) at += await connection.write(text.subarray(at));
    const head = await bytes.takeUntil("\r\n\r\n", MOST_BYTES) ?? "";
    const [, accepted] = /^sec-websocket-accept: *(\S+)$/im.exec(head.replaceAll("\r", "")) ?? [];
    if (!head.startsWith("HTTP/1.1 101 ") || accepted !== await acceptOf(key)) {
      throw new Error("who answers there takes no line");
    }
    signal.throwIfAborted();
    isOurs = false;
    return new Line(connection, bytes, hostname, { side: "caller" });
  } finally {
    end();
    signal.removeEventListener("abort", end);
  }
}
