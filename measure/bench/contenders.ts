// Who is timed: this project's ways, a plugin that everybody has, and the least that a plugin does.
import { BINARY, CALLS, LAUNCHER } from "../../tests/fixture/resident_node.ts";
import type { Config } from "../../tests/fixture/calls.ts";
import type { Node } from "../../tests/fixture/cluster.ts";
import { ROOT } from "../../tools/checkout.ts";

export interface Contender {
  readonly title: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /**
   * The config of this contender's LAN with this number. Numbers of different contenders may be
   * equal.
   */
  config(lan: number): Config;
  /** Whether its LANs stand always: then its calls make and remove none. */
  readonly alwaysStands?: true;
}

/** LANs are numbered from 0. So many are for labs, and the next one is for single calls. */
export const LABS_LANS = 10;

const AWAY = "/run/away";
const FLOOR = "/run/floor";

// The least that any plugin does: it makes a veth between pod and bridge, and ends it. The bridges
// stand already.
const FLOOR_SCRIPT = `#!/bin/sh
config=$(cat)
lan=\${config##*'"vxlanId":'}
lan=\${lan%%[!0-9]*}
port=f$CNI_CONTAINERID
case $CNI_COMMAND in
  ADD)
    nsenter --net=/run/netns/floor ip link add name $port mtu 1450 master b$lan up \\
      type veth peer name $CNI_IFNAME mtu 1450 netns $CNI_NETNS
    nsenter --net=$CNI_NETNS ip link set dev $CNI_IFNAME up
    ;;
  DEL) nsenter --net=/run/netns/floor ip link del dev $port ;;
esac
`;

// Arguments: the launcher. A node whose manager is away has the same launcher, but nobody answers
// in the launcher's directory.
const FURNISH = `set -e
mkdir -p ${AWAY}
mkdir ${AWAY}/calls ${AWAY}/calls/bell
: >${AWAY}/calls/alive
for at in $(seq 0 255); do echo ${AWAY}/calls/$at.answer; done | xargs mkfifo
sed 's#${CALLS}#${AWAY}/calls#g' "$1" >${AWAY}/megalos
ln -s ${BINARY} ${AWAY}/megalos.bin
printf %s "$2" >${FLOOR}
chmod 755 ${FLOOR} ${AWAY}/megalos
ip netns add floor
for at in $(seq 0 ${LABS_LANS}); do ip -n floor link add name b$at up type bridge; done
`;

/** Makes on the node what contenders need. */
export async function furnish(node: Node): Promise<void> {
  await node.must("sh", "-c", FURNISH, "sh", LAUNCHER, FLOOR_SCRIPT);
}

export function listContenders(original: string | undefined): Contender[] {
  const managed = { MEGALOS_MANAGED: "1" };
  const bundle = `${ROOT}/dist/bundle/megalos.js`;
  const lan = (first: number) => (lan: number) => ({ name: `l${lan}`, vxlanId: first + lan });
  return [
    { title: "launcher + resident", argv: [LAUNCHER], config: lan(10_000) },
    { title: "launcher, no manager", argv: [`${AWAY}/megalos`], config: lan(20_000) },
    { title: "bare binary", argv: [BINARY], env: managed, config: lan(30_000) },
    {
      title: `deno run ${Deno.version.deno}`,
      argv: [Deno.execPath(), "run", "--allow-all", bundle],
      env: managed,
      config: lan(40_000),
    },
    {
      title: "bridge (Debian's)",
      argv: ["/usr/lib/cni/bridge"],
      config: (lan) => ({
        ...{ cniVersion: "1.0.0", name: `l${lan}`, type: "bridge", bridge: `cni${lan}` },
        ...{ ipam: {}, suffix: undefined, vxlanId: undefined },
      }),
    },
    { title: "floor (sh + ip)", argv: [FLOOR], config: lan(0), alwaysStands: true },
    ...original === undefined
      ? []
      : [{ title: "original (Go)", argv: [original], config: lan(60_000) }],
  ];
}
