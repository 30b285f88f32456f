// Accepts lines in bounds: few that have not said who they are, each for a short time.
// Deno.upgradeWebSocket takes messages of 64 MiB of whoever connects, and Deno.serve has no bounds.
import { scaled } from "../../shared/process/time_scale.ts";
import { acceptAll } from "../http/next_connection.ts";
import { ByteReader } from "./byte_reader.ts";
import { Line } from "./line.ts";
import {
  readUpgrade,
  type Refusal,
  renderRefusal,
  renderUpgrade,
  type Upgrade,
} from "./upgrade.ts";

/** One more closes the oldest: whoever only holds connections keeps nobody out. */
const MOST_STRANGERS = 64;
/** So long (ms) a stranger has to say who it is. */
const STRANGER_MS = 5_000;

/** What is done with lines. */
export interface LineServer {
  /** So much (bytes) may wait for the other side, where that is not what lines have by default. */
  readonly mostWaiting?: number;
  /** Says why a request gets no line; it knows nobody yet. */
  refuse(upgrade: Upgrade, from: string): Refusal | undefined;
  /**
   * Serves a line until its end. Whoever has not been `known` for some seconds is cut off.
   * @param known says that the other side is no stranger any more
   */
  serve(line: Line, known: () => void): Promise<void>;
}

/** A port that accepts lines, until it is disposed. */
export interface Acceptor extends Disposable {
  readonly port: number;
}

/** @throws {Error} when the address is another program's */
export function acceptLines(at: { hostname: string; port: number }, server: LineServer): Acceptor {
  const listener = Deno.listen(at);
  const strangers = new Set<Deno.Conn>();
  const all = new Set<Deno.Conn>();
  function close(connection: Deno.Conn): void {
    strangers.delete(connection);
    if (!all.delete(connection)) return;
    try {
      connection.close();
    } catch {
      // Its line has closed it.
    }
  }
  function accept(connection: Deno.Conn): void {
    const [oldest] = strangers;
    if (strangers.size >= MOST_STRANGERS && oldest !== undefined) close(oldest);
    strangers.add(connection);
    all.add(connection);
    const deadline = setTimeout(() => {
      if (strangers.has(connection)) close(connection);
    }, scaled(STRANGER_MS));
    const known = () => {
      strangers.delete(connection);
      clearTimeout(deadline);
    };
    void begin(connection, server, known).catch(() => {}).finally(() => {
      clearTimeout(deadline);
      close(connection);
    });
  }
  void acceptAll(listener, accept);
  return {
    port: (listener.addr as Deno.NetAddr).port,
    [Symbol.dispose]() {
      listener.close();
      for (const connection of all) close(connection);
    },
  };
}

/**
 * Accepts lines at all addresses of this machine. One socket of "::" takes both families, unless
 * the node has bindv6only, or no IPv6.
 * @throws {Error} when the port is another program's
 */
export function acceptLinesOfAll(port: number, server: LineServer): Disposable {
  const acceptors = new DisposableStack();
  let isOpen = false;
  let cause: unknown;
  for (const hostname of ["::", "0.0.0.0"]) {
    try {
      acceptors.use(acceptLines({ hostname, port }, server));
      isOpen = true;
    } catch (error) {
      cause = error;
    }
  }
  if (isOpen) return acceptors;
  throw new Error(`Cannot listen at port ${port}: ${cause}`, { cause });
}

async function begin(connection: Deno.Conn, server: LineServer, known: () => void): Promise<void> {
  const bytes = new ByteReader(connection);
  const upgrade = await readUpgrade(bytes);
  const { remoteAddr } = connection;
  const from = plainAddress("hostname" in remoteAddr ? remoteAddr.hostname : "");
  const refusal = "status" in upgrade ? upgrade : server.refuse(upgrade, from);
  const answer = refusal !== undefined
    ? renderRefusal(refusal)
    : await renderUpgrade(upgrade as Upgrade);
  const text = new TextEncoder().encode(answer);
  for (let at = 0; at < text.length;) at += await connection.write(text.subarray(at));
  if (refusal !== undefined) return await connection.closeWrite();
  const { mostWaiting } = server;
  await server.serve(new Line(connection, bytes, from, { mostWaiting }), known);
}

/** IPv4 addresses as FRR writes them: a socket of "::" has them within IPv6. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
