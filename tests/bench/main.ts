// `deno task bench`: calls answered by the manager, the binary and other plugins, interleaved in one run on one node.
import { Command } from "commander";
import { HOST_ARCH } from "../../tools/arch.ts";
import { ensureBuilt } from "../../tools/build.ts";
import { ensurePackages } from "../../tools/debian.ts";
import { labPackages } from "../../tools/packages.ts";
import type { Node } from "../fixture/cluster.ts";
import { startResident } from "../fixture/resident.ts";
import { renderSamples, type Samples, take } from "./figures.ts";
import { timeCall, timeMany } from "./measure.ts";
import { listPeers, type Peer } from "./peers.ts";

const MANY = Array.from({ length: 60 }, (_, index) => `m${index}`);
const WIDTHS = [8, 30];
/** A LAN that always has a pod, and one that never has when an ADD comes. */
const [KEPT, FRESH] = [100, 101];

const log = (line: string) => console.error(line);
const surroundings = { env: Deno.env.toObject(), log };

/** One call of each kind by each peer, in turn. */
async function round(node: Node, peers: readonly Peer[], samples: Samples): Promise<void> {
  for (
    const [what, verb, lan] of [["first ADD", "ADD", FRESH], ["last DEL", "DEL", FRESH], [
      "ADD",
      "ADD",
      KEPT,
    ], ["DEL", "DEL", KEPT]] as const
  ) {
    for (const peer of peers) {
      take(samples, what, peer.name, await timeCall(node, peer, verb, "one", lan));
    }
  }
}

async function roundOfMany(node: Node, peers: readonly Peer[], samples: Samples): Promise<void> {
  for (const width of WIDTHS) {
    for (const verb of ["ADD", "DEL"] as const) {
      for (const peer of peers) {
        take(
          samples,
          `60 ${verb}s, ${width} at a time`,
          peer.name,
          await timeMany(node, peer, verb, MANY, width),
        );
      }
    }
  }
}

async function bench(runs: number, peers: readonly Peer[]): Promise<Samples> {
  await using resident = await startResident();
  const { node } = resident;
  for (const pod of ["kept", "one", ...MANY]) await node.must("ip", "netns", "add", pod);
  for (const peer of peers) await timeCall(node, peer, "ADD", "kept", KEPT);
  await round(node, peers, new Map()); // a warm-up that does not count
  const samples: Samples = new Map();
  for (let run = 1; run <= runs; run++) {
    await round(node, peers, samples);
    if (run % 5 === 0) {
      await roundOfMany(node, peers, samples);
      log(`${run} of ${runs} rounds`);
    }
  }
  const memory = await node.must("grep", "VmRSS", `/proc/${resident.manager.pid}/status`);
  log(`the manager's memory: ${memory.replace(/\s+/g, " ").trim()}`);
  return samples;
}

await new Command("deno task bench")
  .description("Times CNI calls: by the manager, by the binary, by Debian's bridge plugin.")
  .option("--runs <count>", "rounds; each fifth has 60 calls on 10 LANs, too", Number, 20)
  .option("--original <path>", "measure the Go original's plugin, too")
  .option("--json <file>", "write all samples (ms) there")
  .action(async ({ runs, original, json }: { runs: number; original?: string; json?: string }) => {
    await ensurePackages([...labPackages, "containernetworking-plugins"], surroundings);
    await ensureBuilt([HOST_ARCH], surroundings);
    const peers = listPeers(original);
    const samples = await bench(runs, peers);
    console.log(
      renderSamples(
        samples,
        peers.map(({ name }) => name),
        original === undefined ? "bridge" : "original",
      ),
    );
    if (json !== undefined) {
      const all = Object.fromEntries(
        [...samples].map(([what, one]) => [what, Object.fromEntries(one)]),
      );
      await Deno.writeTextFile(json, JSON.stringify(all, null, 2) + "\n");
    }
  })
  .parseAsync(Deno.args, { from: "user" });
