// The command `lab graph`: the topology of a lab as text, JSON or a picture.
import type { Command } from "commander";
import { readLab } from "../conf/read_lab.ts";
import { renderSvg } from "../graph/svg.ts";
import { makeTopology, renderText } from "../graph/topology.ts";
import { folderArgument, type Json } from "./arguments.ts";
import { type Session, toJson } from "./terminal.ts";

export function addGraph(program: Command, { print, resolve }: Session): void {
  program.command("graph")
    .description("print which interfaces are on which LAN of the lab in DIR")
    .addArgument(folderArgument({ resolve }))
    .option("--svg <file>", "draw a picture as well", resolve)
    .option("--json", "print JSON", false)
    .action(async (dir: string, { svg, json }: { readonly svg?: string } & Json) => {
      const topology = makeTopology((await readLab(dir)).devices);
      if (svg !== undefined) await Deno.writeTextFile(svg, renderSvg(topology));
      print(json ? toJson(topology) : renderText(topology));
    });
}
