// Forwards a port of this machine's loopback address to one of a machine of the lab.
// The machine's namespace gets no interface and no route for that: a process in it carries bytes.
import { pipe } from "../../shared/process/exec.ts";
import type { Machine } from "../machines/machine.ts";
import relay from "./relay.pl" with { type: "text" };

/** Connections at a time; each is a process. */
const MOST_CONNECTIONS = 32;

export interface Forwarding extends Disposable {
  /** Of this machine. */
  readonly port: number;
}

/**
 * Listens until the answer is disposed.
 * @param port of this machine; undefined stands for `to`, or any other where that is taken
 * @param to the machine's port
 */
export function forward(machine: Machine, port: number | undefined, to: number): Forwarding {
  const listener = listen(port, to);
  const open = new Set<Deno.Conn>();
  const accept = async () => {
    for await (const connection of listener) {
      if (open.size >= MOST_CONNECTIONS) {
        connection.close();
        continue;
      }
      open.add(connection);
      void carry(connection, machine, to).finally(() => open.delete(connection));
    }
  };
  void accept();
  return {
    port: listener.addr.port,
    [Symbol.dispose]() {
      listener.close();
      for (const connection of open) closeQuietly(connection);
    },
  };
}

const HOSTNAME = "127.0.0.1";

function listen(port: number | undefined, to: number): Deno.TcpListener {
  try {
    return Deno.listen({ hostname: HOSTNAME, port: port ?? to });
  } catch (cause) {
    if (port === undefined) return Deno.listen({ hostname: HOSTNAME, port: 0 });
    const why = cause instanceof Deno.errors.AddrInUse ? "another program has it" : `${cause}`;
    throw new Error(`Cannot listen on port ${port}: ${why}`, { cause });
  }
}

/** Ends when either side does. */
async function carry(connection: Deno.TcpConn, { pid }: Machine, to: number): Promise<void> {
  const net = `--net=/proc/${pid}/ns/net`;
  const helper = pipe({ argv: ["nsenter", net, "perl", "-e", relay, `${to}`] });
  if (helper === undefined) return closeQuietly(connection);
  // What goes wrong on a connection is the other side's matter.
  const there = connection.readable.pipeTo(helper.stdin).catch(() => helper.kill());
  const back = helper.stdout.pipeTo(connection.writable).catch(() => helper.kill());
  await back;
  helper.kill();
  await Promise.all([there, helper.ended]);
  closeQuietly(connection);
}

function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // The streams have closed it.
  }
}
