// The command `lab graph`: the topology of a lab as text, JSON or a picture.
import type { Command } from "commander";
import { dirname } from "node:path";
import { toJson } from "../../shared/harmless.ts";
import { readConfiguredAddresses } from "../conf/configured_addresses.ts";
import { readLab } from "../conf/read_lab.ts";
import { renderSvg } from "../graph/svg.ts";
import { makeTopology, renderText } from "../graph/topology.ts";
import type { Json } from "./arguments.ts";
import { findTarget } from "./target.ts";
import type { Session } from "./terminal.ts";

interface GraphOptions extends Json {
  readonly svg?: string;
  readonly directory?: string;
}

export function addGraph(program: Command, terminal: Session): void {
  const { print, resolve } = terminal;
  program.command("graph")
    .description("print which interfaces are on which LAN of the lab in DIR")
    .argument("[dir]", "folder with a lab.conf, by default the one that you are in")
    .option("-d, --directory <dir>", "the same", resolve)
    .option("--svg <file>", "draw a picture as well", resolve)
    .option("--json", "print JSON", false)
    .action(async (dir: string | undefined, { svg, json, directory }: GraphOptions) => {
      const target = await findTarget(dir === undefined ? [] : [dir], directory, terminal);
      const lab = await readLab(target.dir);
      const topology = makeTopology(lab.devices, await readConfiguredAddresses(lab));
      if (svg !== undefined) await writePicture(svg, renderSvg(topology));
      print(json ? toJson(topology, 2) : renderText(topology));
    });
}

async function writePicture(file: string, picture: string): Promise<void> {
  try {
    await Deno.writeTextFile(file, picture);
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound
      ? `the folder ${dirname(file)} is not there`
      : (cause as Error).message;
    throw new Error(`Cannot write ${file}: ${why}`, { cause });
  }
}
