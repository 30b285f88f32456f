// The command `lab map`: the live map of a lab that is up, for a browser on this machine.
import { type Command, InvalidArgumentError } from "commander";
import { REFLECTOR } from "../cluster/underlay.ts";
import { selectLiving } from "../machines/processes.ts";
import { findNode } from "../running/find.ts";
import { forward } from "../running/forward.ts";
import { findNamed, type Named, namedCommand, toName } from "./arguments.ts";
import type { Session } from "./terminal.ts";

/** Where a manager serves the map. */
const VIEW_PORT = 9472;

interface MapOptions extends Named {
  readonly port?: number;
}

export function addMap(program: Command, terminal: Session): void {
  const description = "show the live map of a lab to a browser of this machine, until Ctrl-C";
  namedCommand(program, terminal, "map", description)
    .argument("[lab]", "name of the running lab", toName)
    .option(
      "--port <number>",
      `of this machine (default: ${VIEW_PORT}, or any that is free)`,
      toPort,
    )
    .action(async (lab: string | undefined, { port, ...named }: MapOptions) => {
      const interrupted = terminal.awaitInterrupt();
      const { name, record } = await findNamed({ ...named, ...(lab && { name: lab }) }, terminal);
      const reflector = findNode(record, `node:${REFLECTOR.name}`);
      if ((await selectLiving([reflector])).length === 0) {
        throw new Error(`Cannot show the map: ${REFLECTOR.name} has ended`);
      }
      using forwarding = forward(reflector, port, VIEW_PORT);
      // The page shows commands as they can be typed here.
      const task = terminal.self.endsWith(" lab") && terminal.self.includes(" task") ? "&task" : "";
      terminal.print(`http://127.0.0.1:${forwarding.port}/#lab=${name}${task}`);
      terminal.warn("The map is there until Ctrl-C.");
      // Ctrl-C is how it is meant to end.
      await interrupted.catch(() => {});
    });
}

function toPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new InvalidArgumentError("It is no port.");
}
