// A wall clock that jumps, for the programs of one node: the machine's own is not touched.
import assert from "node:assert/strict";
import type { Station } from "./station.ts";

const FILE = "/run/clock";

/**
 * Variables for the dynamic linker. At each look at the clock libfaketime reads by how many seconds
 * the clock is wrong.
 */
export const FAKE_CLOCK = {
  LD_PRELOAD: "/usr/$LIB/faketime/libfaketime.so.1",
  FAKETIME_TIMESTAMP_FILE: FILE,
  FAKETIME_NO_CACHE: "1",
  // Only the wall clock is wrong: what waits by the monotonic clock (bgpd's keepalives) is left
  // alone.
  FAKETIME_DONT_FAKE_MONOTONIC: "1",
  FAKETIME_FORCE_MONOTONIC_FIX: "0",
} as const;

/**
 * Sets the clock of the node's programs so many seconds ahead of the right time, and makes sure
 * that the programs see that.
 */
export async function setClock(worker: Station, seconds: number): Promise<void> {
  const { node, manager } = worker;
  await node.must("grep", "--quiet", "libfaketime", `/proc/${manager.pid}/maps`);
  await node.must(
    "sh",
    "-c",
    `echo "$1" >${FILE}`,
    "sh",
    seconds < 0 ? `${seconds}` : `+${seconds}`,
  );
  const since = await worker.establishedAt();
  const wrongBy = since - Date.now() / 1000;
  // A session may be some minutes old.
  assert.ok(Math.abs(wrongBy - seconds) < 300, `bgpd's clock is wrong by ${wrongBy} s`);
}
