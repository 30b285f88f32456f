// Answers HTTP requests in bounds: few connections, each for one request and a short time.
// Deno.serve has no such bounds, and ends when it cannot accept a connection.
import { acceptAll } from "./next_connection.ts";
import { problem, REASONS } from "./problem.ts";
import { parseRequest } from "./request.ts";

/** What a listener takes. */
export interface Bounds {
  /** One more closes the oldest: whoever only holds connections keeps nobody out. */
  readonly connections: number;
  /** A connection is closed after so long (ms), whatever has come of it. */
  readonly deadlineMs: number;
  /** A part of a stream that is not taken within so long (ms) ends it. */
  readonly takenMs: number;
}
const BOUNDS: Bounds = { connections: 64, deadlineMs: 5_000, takenMs: 20_000 };
/** The longest request, in bytes. */
const MOST_BYTES = 8_192;
/** The media type of an answer that has no end. */
const STREAM = "text/event-stream";

/** A certificate and its key, as PEM. */
export interface Tls {
  readonly cert: string;
  readonly key: string;
}

/** Answers a request that comes from an address. */
export type Answer = (request: Request, from: string) => Response | Promise<Response>;

/**
 * Listens until it is disposed. What throws while it answers is told to nobody.
 * @throws {Error} when the address is another program's, or the certificate cannot be used
 */
export function listen(
  at: { readonly hostname: string; readonly port: number } & Partial<Tls>,
  answer: Answer,
  { connections, deadlineMs, takenMs }: Bounds = BOUNDS,
): Disposable {
  const { cert, key, ...address } = at;
  const listener = cert === undefined || key === undefined
    ? Deno.listen(address)
    : Deno.listenTls({ ...address, cert, key });
  const open = new Set<Deno.Conn>();
  const streaming = new Set<Deno.Conn>();
  function accept(connection: Deno.Conn): void {
    const [oldest] = open;
    if (open.size >= connections && oldest !== undefined) close(oldest);
    open.add(connection);
    const deadline = setTimeout(() => close(connection), deadlineMs);
    // Whoever has asked goes after those that have not.
    const hasAsked = () => void (open.delete(connection) && open.add(connection));
    // How many streams there are is bounded by whoever answers with them.
    const streams = () => {
      clearTimeout(deadline);
      if (open.delete(connection)) streaming.add(connection);
    };
    const served = { connection, hasAsked, streams, close: () => close(connection), takenMs };
    void serveConnection(served, answer).finally(() => {
      clearTimeout(deadline);
      close(connection);
    });
  }
  function close(connection: Deno.Conn): void {
    if (!open.delete(connection) && !streaming.delete(connection)) return;
    try {
      connection.close();
    } catch {
      // It is closed already.
    }
  }
  void acceptAll(listener, accept);
  return {
    [Symbol.dispose]() {
      listener.close();
      for (const connection of [...open, ...streaming]) close(connection);
    },
  };
}

const encoder = new TextEncoder();

/** A connection, and what is said of it while it is served. */
interface Served {
  readonly connection: Deno.Conn;
  readonly hasAsked: () => void;
  /** The answer has no end: the connection is out of the bounds of others. */
  readonly streams: () => void;
  readonly close: () => void;
  readonly takenMs: number;
}

/** Reads one request and answers it. What goes wrong on a connection is the other side's matter. */
async function serveConnection(served: Served, answer: Answer): Promise<void> {
  const { connection, hasAsked, streams } = served;
  try {
    const head = await readHead(connection);
    hasAsked();
    const { remoteAddr } = connection;
    const from = "hostname" in remoteAddr ? remoteAddr.hostname : "";
    const response = await respond(head, (request) => answer(request, from));
    if (response.body !== null && response.headers.get("content-type") === STREAM) {
      streams();
      return await writeStream(served, response, response.body);
    }
    const length = Number(response.headers.get("content-length"));
    if (head?.startsWith("HEAD ")) {
      await writeAll(connection, encoder.encode(renderHead(response)));
    } else if (length > 0 && response.body !== null) {
      await writeAll(connection, encoder.encode(renderHead(response, length)));
      // A body of a known length is written as it is: megabytes are not copied.
      for await (const part of response.body) await writeAll(connection, part);
    } else {
      const body = await response.bytes();
      await writeAll(connection, encoder.encode(renderHead(response, body.length)));
      await writeAll(connection, body);
    }
    await connection.closeWrite();
  } catch {
    // The connection was closed, by either side.
  }
}

/** Bytes 128 to 159 become other characters than the same numbers: it is for looking alone. */
const LATIN_1 = new TextDecoder("latin1");

/** The first lines of a request up to the empty one; undefined where they are too long. */
async function readHead(connection: Deno.Conn): Promise<string | undefined> {
  const buffer = new Uint8Array(MOST_BYTES);
  let length = 0;
  while (length < MOST_BYTES) {
    const read = await connection.read(buffer.subarray(length));
    length += read ?? 0;
    const bytes = buffer.subarray(0, length);
    if (read === null || /\r?\n\r?\n/.test(LATIN_1.decode(bytes))) {
      return String.fromCharCode(...bytes);
    }
  }
  return undefined;
}

async function respond(
  head: string | undefined,
  answer: (request: Request) => Response | Promise<Response>,
): Promise<Response> {
  if (head === undefined) return problem(431, "the request is too long");
  const request = parseRequest(head);
  return "why" in request ? problem(request.status, request.why) : await answer(request);
}

/** @param length of the body in bytes; undefined where it is not known, or nobody asks for it */
function renderHead(response: Response, length?: number): string {
  const { status, statusText, headers } = response;
  const lines = [
    `HTTP/1.1 ${status} ${statusText || REASONS[status] || "-"}`,
    ...headers.has("content-type") ? [] : ["content-type: text/plain"],
    ...[...headers].filter(([name]) => name !== "content-length")
      .map(([name, value]) => `${name}: ${value}`),
    ...length === undefined ? [] : [`content-length: ${length}`],
    "connection: close",
  ];
  return lines.map((line) => `${line}\r\n`).join("") + "\r\n";
}

/** Ends with the stream, or when the other side takes nothing more. */
async function writeStream(
  { connection, close, takenMs }: Served,
  response: Response,
  body: ReadableStream<Uint8Array>,
): Promise<void> {
  const reader = body.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  // The other side has said all: whatever comes now is its end.
  connection.read(new Uint8Array(1)).then(stop, stop);
  try {
    await writeAll(connection, encoder.encode(renderHead(response)));
    for (let part; !(part = await reader.read()).done;) {
      const overdue = setTimeout(close, takenMs);
      await writeAll(connection, part.value).finally(() => clearTimeout(overdue));
    }
  } finally {
    stop();
  }
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}
