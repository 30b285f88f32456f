// zebra's MAC addresses: read in parts, however they are cut, of one LAN or of many.
import assert from "node:assert/strict";
import type { Command, Completed } from "../../shared/process/command.ts";
import { MacScanner, readMacPlaces, readMacs, selectFilled } from "./macs.ts";
import type { Mac } from "./query.ts";

const MACS = {
  "02:00:00:00:00:01": { type: "local", intf: "mgport", localSequence: 0, isDuplicate: false },
  "02:00:00:00:00:02": { type: "remote", remoteVtep: "10.99.0.12", remoteSequence: 1 },
  "02:00:00:00:00:03": { type: "remote", remoteVtep: "fd00::12" },
};
const FOUND = [
  { mac: "02:00:00:00:00:01", type: "local", behind: "mgport" },
  { mac: "02:00:00:00:00:02", type: "remote", behind: "10.99.0.12" },
  { mac: "02:00:00:00:00:03", type: "remote", behind: "fd00::12" },
];
const answer = { numMacs: 3, macs: MACS };

Deno.test("an answer is read alike, pretty or not, in parts of any size", () => {
  for (const space of [undefined, 2]) {
    const text = [answer, {}, answer].map((one) => JSON.stringify(one, null, space)).join("\n");
    for (let size = 1; size < 200; size += 7) {
      const found: unknown[] = [];
      const scanner = new MacScanner((lan, mac) => found.push({ lan, ...mac }));
      for (let at = 0; at < text.length; at += size) scanner.hear(text.slice(at, at + size));
      assert.deepEqual(found, [0, 2].flatMap((lan) => FOUND.map((one) => ({ lan, ...one }))));
      assert.equal(scanner.answers, 3);
    }
  }
});

Deno.test("an unknown way to write MAC addresses is an error, not a LAN without any", () => {
  const scanner = new MacScanner(() => {});
  const nested = { macs: { "02:00:00:00:00:01": { type: "remote", more: {} } } };
  assert.throws(() => scanner.hear(JSON.stringify(nested)), /written in an unknown way/);
});

/** Reads what a vtysh says that answers so about each LAN. */
async function read(vnis: readonly number[], say: (lans: number) => string, reason = "success") {
  const macs: Mac[] = [];
  const lines: string[] = [];
  const run = ({ argv, heard }: Command): Promise<Completed> => {
    lines.push(argv.join(" "));
    heard?.(say((argv.length - 1) / 2), "stdout");
    const done = { argv, reason, code: 0, signal: null, stdout: "", stderr: "", ms: 0 };
    return Promise.resolve(done as Completed);
  };
  return { isAnswered: await readMacs(run, vnis, (mac) => macs.push(mac)), macs, lines };
}

Deno.test("LANs are asked about together, and each MAC address has its LAN's VNI", async () => {
  const vnis = Array.from({ length: 100 }, (_, at) => at + 1);
  const text = JSON.stringify(answer);
  const { isAnswered, macs, lines } = await read(vnis, (lans) => `${text}\n`.repeat(lans));
  assert.ok(isAnswered);
  assert.equal(lines.length, 2);
  assert.match(lines[1]!, /^vtysh -c show evpn mac vni 65 json -c show evpn mac vni 66 json/);
  assert.deepEqual([...new Set(macs.map(({ vni }) => vni))], vnis);
  assert.equal(macs.length, 300);
});

Deno.test("an answer that lacks a LAN is an error; none at all is not to know", async () => {
  await assert.rejects(
    read([1, 2], () => JSON.stringify(answer)),
    /it has answered about 1 LANs of 2$/,
  );
  assert.equal((await read([1], () => "", "exit")).isAnswered, false);
});

Deno.test("a LAN without MAC addresses, of which zebra says nothing, is not asked about", () => {
  assert.deepEqual(selectFilled([{ vni: 1, macs: 0 }, { vni: 2, macs: 7 }, { vni: 3 }]), [2, 3]);
});

Deno.test("an address behind an Ethernet segment is behind no node", async () => {
  const answers = [
    { "02:00:00:00:00:02": { type: "remote", remoteVtep: "10.99.0.12" } },
    { "02:00:00:00:00:03": { type: "remote", remoteEs: "00:11:22:33:44:55:66:77:88:99" } },
    {},
  ].map((one) => JSON.stringify({ macs: one })).join("\n");
  const run = ({ argv }: Command) =>
    Promise.resolve(
      { argv, reason: "success", code: 0, stdout: answers, stderr: "" } as unknown as Completed,
    );
  const asked = ["2", "3", "4"].map((last) => ({ vni: 10, mac: `02:00:00:00:00:0${last}` }));
  assert.deepEqual(await readMacPlaces(run, asked), [{ vtep: "10.99.0.12" }, undefined, undefined]);
});
