// Asks what bgpd's messages and attributes take, and how much each peer has sent.
import type { Run } from "../../shared/process/exec.ts";
import { must } from "../../shared/process/must.ts";
import { vtysh } from "./vtysh.ts";

/** A kind of memory: its name, how many there are, the size of one, and what all take. */
const KIND = /^(\S.*?):[ \t]+\d+[ \t]+\S+[ \t]+(\d+)\s/gm;
/** Messages that wait, and what is kept of attributes that can be long. */
const LONG = /^Stream$|aspath|community|transit|cluster/i;

/**
 * In bytes.
 * @throws {FaultError} when bgpd does not answer
 */
export async function readLongMemory(run: Run): Promise<number> {
  const { stdout } = await must("read what bgpd's memory is taken by", vtysh.memory(), run);
  return [...stdout.matchAll(KIND)]
    .filter(([, kind = ""]) => LONG.test(kind.trimEnd()))
    .reduce((sum, [, , bytes]) => sum + Number(bytes), 0);
}

/** A connection that a peer has opened, as ss(8) prints it in one line. */
const CONNECTION =
  /^\S+\s+\S+\s+\S+\s+\[?([\da-fA-F.:]+?)(?:%[^\]\s]+)?\]?:\d+\s.*\bbytes_received:(\d+)/;
const COMMAND = ["ss", "-HOtin", "state", "established", "( sport = :179 )"] as const;
/** A connection takes half a kB. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * In bytes, by peer.
 * @throws {FaultError} when the kernel does not answer, or there is no ss(8)
 */
export async function readReceived(run: Run): Promise<ReadonlyMap<string, number>> {
  const command = { argv: COMMAND, maxOutputBytes: MOST_BYTES };
  const { stdout } = await must("read how much peers have sent", command, run);
  const received = new Map<string, number>();
  for (const line of stdout.split("\n")) {
    const [, address = "", bytes] = CONNECTION.exec(line) ?? [];
    if (bytes === undefined) continue;
    // A socket of both families has IPv4 addresses within IPv6.
    const peer = address.replace(/^::ffff:(?=\d+\.)/i, "");
    received.set(peer, (received.get(peer) ?? 0) + Number(bytes));
  }
  return received;
}
