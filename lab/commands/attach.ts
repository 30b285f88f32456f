// The commands `lab attach` and `lab detach`: a device of a lab that is up, and its LANs.
import { type Command, InvalidArgumentError } from "commander";
import { isLanName, isUnicastMac } from "../conf/lab_conf.ts";
import { attachDevice, detachDevice } from "../running/rewire.ts";
import { findNamed, type Named, namedCommand } from "./arguments.ts";
import type { Session } from "./terminal.ts";

export function addAttach(program: Command, terminal: Session): void {
  const description = "give a device one more interface, on a LAN that is there or a new one";
  namedCommand(program, terminal, "attach", description)
    .argument("<device>").argument("<lan>", "as lab.conf would have it", toLan)
    .option("--mac <address>", "of the new interface", toMac)
    .action(async (device: string, lan: string, options: Named & { readonly mac?: string }) => {
      const lab = await findNamed(options, terminal);
      const { ifname, mac } = await attachDevice(lab, device, lan, options.mac);
      terminal.print(`${device} ${ifname} is on ${lan}, MAC ${mac}`);
    });
}

export function addDetach(program: Command, terminal: Session): void {
  const description = "take a device off a LAN";
  namedCommand(program, terminal, "detach", description)
    .argument("<device>").argument("<lan>", "the LAN, or the interface that is on it")
    .action(async (device: string, lan: string, named: Named) => {
      const gone = await detachDevice(await findNamed(named, terminal), device, lan);
      terminal.print(`${device} ${gone.ifname} was on ${gone.lan} and is gone`);
    });
}

function toLan(text: string): string {
  if (isLanName(text)) return text;
  throw new InvalidArgumentError("It is no name for a LAN: letters, digits and _ only.");
}

function toMac(text: string): string {
  if (isUnicastMac(text)) return text.toLowerCase();
  throw new InvalidArgumentError("It is no unicast MAC address.");
}
