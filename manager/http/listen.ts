// Answers HTTP requests in bounds: few connections, each for one request and a short time.
// Deno.serve has no such bounds, and ends when it cannot accept a connection.
import { sleep } from "../../shared/process/time.ts";

/** One more closes the oldest: whoever only holds connections keeps nobody out. */
const MOST_CONNECTIONS = 64;
/** A connection is closed after so long (ms), whatever has come of it. */
const DEADLINE_MS = 5_000;
/** The longest request, in bytes. */
const MOST_BYTES = 8_192;
/** Where a connection cannot be accepted for want of descriptors, so long (ms) is waited. */
const REFUSED_MS = 100;

export type Answer = (request: Request) => Response | Promise<Response>;

/** Listens until it is disposed.
 * @throws {Error} when the address is another program's */
export function listen(at: { hostname: string; port: number }, answer: Answer): Disposable {
  const listener = Deno.listen(at);
  const open = new Set<Deno.Conn>();
  let isClosed = false;
  async function acceptAll(): Promise<void> {
    while (!isClosed) {
      try {
        const connection = await listener.accept();
        const [oldest] = open;
        if (open.size >= MOST_CONNECTIONS && oldest !== undefined) close(oldest);
        open.add(connection);
        const deadline = setTimeout(() => close(connection), DEADLINE_MS);
        void serveConnection(connection, answer).finally(() => {
          clearTimeout(deadline);
          close(connection);
        });
      } catch {
        if (!isClosed) await sleep(REFUSED_MS);
      }
    }
  }
  function close(connection: Deno.Conn): void {
    if (open.delete(connection)) connection.close();
  }
  void acceptAll();
  return {
    [Symbol.dispose]() {
      isClosed = true;
      listener.close();
      for (const connection of open) close(connection);
    },
  };
}

/** Reads one request and answers it. What goes wrong on a connection is the other side's matter. */
async function serveConnection(connection: Deno.Conn, answer: Answer): Promise<void> {
  try {
    const response = await respond(await readHead(connection), answer);
    const body = new Uint8Array(await response.arrayBuffer());
    await writeAll(connection, new TextEncoder().encode(renderHead(response, body.length)));
    await writeAll(connection, body);
    await connection.closeWrite();
  } catch {
    // The connection was closed, by either side.
  }
}

/** The first lines of a request up to the empty one; undefined where they are too long. */
async function readHead(connection: Deno.Conn): Promise<string | undefined> {
  const buffer = new Uint8Array(MOST_BYTES);
  let length = 0;
  while (length < MOST_BYTES) {
    const read = await connection.read(buffer.subarray(length));
    length += read ?? 0;
    const text = new TextDecoder("latin1").decode(buffer.subarray(0, length));
    if (read === null || /\r?\n\r?\n/.test(text)) return text;
  }
  return undefined;
}

async function respond(head: string | undefined, answer: Answer): Promise<Response> {
  if (head === undefined) return new Response("the request is too long\n", { status: 431 });
  const [, method, path] = /^([A-Z]{1,10}) (\/[\x21-\x7e]*) HTTP\/1\.[01]\r?\n/.exec(head) ?? [];
  if (method === undefined) return new Response("this is no request\n", { status: 400 });
  return await answer(new Request(`http://localhost${path}`, { method }));
}

function renderHead(response: Response, length: number): string {
  const type = response.headers.get("content-type") ?? "text/plain";
  return `HTTP/1.1 ${response.status} ${
    response.statusText || REASONS[response.status] || "-"
  }\r\n` +
    `content-type: ${type}\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n`;
}

/** RFC 9110, section 15. */
const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  404: "Not Found",
  431: "Request Header Fields Too Large",
  503: "Service Unavailable",
};

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}
