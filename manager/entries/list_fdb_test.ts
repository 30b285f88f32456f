// Forwarding entries of several bridges are listed by one bridge(8).
import assert from "node:assert/strict";
import type { Run } from "../../shared/process/exec.ts";
import { listFdbOf } from "./list_fdb.ts";

const GONE = 'Cannot find bridge device "kt-a-b"\nCommand failed -:1\n';

const saying = (stderr: string): Run => ({ argv }) =>
  Promise.resolve({ argv, reason: "exit", code: 1, signal: null, stdout: "", stderr, ms: 1 });

const list = (stderr: string) =>
  listFdbOf(saying(stderr), "/netns", ["kt-a-b", "kt-c-d"], () => {});

Deno.test("a bridge that is gone has no entries", async () => {
  await list(GONE);
});

Deno.test("a list that ends before its last bridge is none", async () => {
  const ended = "RTNETLINK answers: No such device\nDump terminated\n";
  for (const said of [ended, `${GONE}${ended}`]) {
    await assert.rejects(list(said), /Dump terminated/);
  }
});
