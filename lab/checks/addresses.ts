// The addresses of a device's interfaces, and which of two addresses are in one subnet.
import { BlockList } from "node:net";
import { z } from "zod";
import { readAnswer } from "../../shared/process/answers.ts";

export interface Address {
  readonly ifname: string;
  readonly family: "ipv4" | "ipv6";
  readonly address: string;
  readonly prefix: number;
}

const Links = z.array(z.looseObject({
  ifname: z.string(),
  flags: z.array(z.string()),
  addr_info: z.array(z.looseObject({
    family: z.enum(["inet", "inet6"]),
    local: z.string(),
    prefixlen: z.number(),
    scope: z.string(),
  })),
}));

/**
 * Reads the answer of `ip -json address show`. Addresses that are valid only on a link or a host
 * are left out, and so are interfaces that are down.
 */
export function readAddresses(json: string): Address[] {
  const links = readAnswer(Links, "ip", json).filter(({ flags }) => flags.includes("UP"));
  return links.flatMap(({ ifname, addr_info }) =>
    addr_info.filter(({ scope }) => scope === "global").map(({ family, local, prefixlen }) => ({
      // Only the text output of `ip` names the other end of a veth (`eth0@if7`); in JSON names are
      // bare.
      ifname,
      family: family === "inet" ? "ipv4" : "ipv6",
      address: local,
      prefix: prefixlen,
    }))
  );
}

/** Whether each of two addresses takes the other for a neighbour. */
export function areNeighbours(a: Address, b: Address): boolean {
  return a.family === b.family && a.address !== b.address && reaches(a, b) && reaches(b, a);
}

function reaches(from: Address, to: Address): boolean {
  const subnet = new BlockList();
  subnet.addSubnet(from.address, from.prefix, from.family);
  return subnet.check(to.address, to.family);
}
