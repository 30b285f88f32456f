// What is measured: ways to answer a call, each with a LAN, a VNI and an interface name of its own.
import { CNI_BIN_DIR } from "../fixture/manager.ts";

/** A program that answers CNI calls. */
export interface Peer {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  /** The config of one of its LANs. */
  config(lan: number): Record<string, unknown>;
}

/** Debian's package containernetworking-plugins puts its plugins there. */
const BRIDGE = "/usr/lib/cni/bridge";

/** @param original path of the Go original's plugin, where it is measured too */
export function listPeers(original: string | undefined): Peer[] {
  const megalos = (base: number) => (lan: number) => ({
    ...{ cniVersion: "0.3.0", name: `b${lan}`, type: "megalos" },
    ...{ suffix: `s${base}`, vxlanId: base * 1000 + lan },
  });
  const bridge = (lan: number) => ({
    ...{ cniVersion: "0.3.0", name: `bridge${lan}`, type: "bridge", bridge: `br${lan}`, ipam: {} },
  });
  const peers: Peer[] = [
    { name: "manager", argv: [`${CNI_BIN_DIR}/megalos`], config: megalos(1) },
    {
      name: "binary",
      argv: ["env", "MEGALOS_MANAGED=1", `${CNI_BIN_DIR}/megalos.bin`],
      config: megalos(2),
    },
    { name: "bridge", argv: [BRIDGE], config: bridge },
  ];
  return original === undefined
    ? peers
    : [...peers, { name: "original", argv: [original], config: megalos(3) }];
}
