// The files that FRR is started with: its list of daemons, and scripts that run and confine them.
import { updateFile } from "../../shared/files.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { NODES_LAN } from "../../shared/lan/nodes_lan.ts";
import { withConstants } from "../../shared/process/script.ts";
import { encodeFilter } from "../../shared/seccomp/filter.ts";
import { HOST_SYSCALLS } from "../../shared/seccomp/syscalls.ts";
import { AWAY_FILE } from "./away.ts";
import { planFrrFilter } from "./confinement.ts";
import type { Role, Settings } from "../settings.ts";
import megalosConfine from "./megalos_confine.py" with { type: "text" };
import megalosStart from "./megalos_start.sh" with { type: "text" };
import megalosZebra from "./megalos_zebra.sh" with { type: "text" };
import relay from "./relay.py" with { type: "text" };

const FRR_DIR = "/etc/frr";
export const FRR_CONF = `${FRR_DIR}/frr.conf`;
/** Runs FRR in the foreground: the command of FRR's own container. */
export const START_SCRIPT = `${FRR_DIR}/megalos-start`;
export const ZEBRA_SCRIPT = `${FRR_DIR}/megalos-zebra`;
const CONFINE_SCRIPT = `${FRR_DIR}/megalos-confine`;
const RELAY_SCRIPT = `${FRR_DIR}/megalos-relay`;
/** Where a worker's bgpd looks for zebra, and where zebra listens: the relay is between the two. */
const RELAY_SOCKET = "/var/run/frr/relay.api";
const ZEBRA_SOCKET = "/var/run/frr/zserv.api";

// `-P 0`: no daemon listens for telnet. zebra's netlink buffer is FRR's own default: with a smaller
// one zebra exits under load.
function renderDaemons(role: Role): string {
  const isWorker = role === "worker";
  return `# Written by the Megalos manager.
bgpd=yes
vtysh_enable=yes
zebra_options="-P 0 -s 90000000"
# A worker calls; only a reflector is called, and a node's port 179 may be another's.
bgpd_options="-P 0${isWorker ? ` -p 0 -z ${RELAY_SOCKET}` : ""}"
staticd_options="-P 0"
mgmtd_options="-P 0"
# A daemon that ends is back at once. By default watchfrr waits a minute, which LANs would notice.
# A restart may take long on a busy node. By default watchfrr ends it after 20 s, and then bgpd
# starts no session for ten minutes.
watchfrr_options="--interval=1 --min-restart-interval=1 --max-restart-interval=20 --restart-timeout=180"
${isWorker ? `zebra_wrap="${ZEBRA_SCRIPT}"\n` : ""}`;
}

const START_TEXT = withConstants(megalosStart, {
  CONFIGURATION: FRR_CONF,
  CONFINE_SCRIPT,
  RELAY_SCRIPT,
  RELAY_SOCKET,
});
const CONFINE_TEXT = withConstants(megalosConfine, {
  FILTER: encodeFilter(planFrrFilter(HOST_SYSCALLS)),
});
const ZEBRA_TEXT = withConstants(megalosZebra, { LAN_NETNS, ZEBRA_SOCKET });

/** @param nodeGrace how long (s) the relay holds back that a node's entries are to be deleted */
function renderRelay(nodeGrace: number): string {
  return withConstants(relay, {
    AWAY_FILE,
    NODE_GRACE: nodeGrace,
    NODES_VNI: NODES_LAN.vni,
    RELAY_SOCKET,
    ZEBRA_SOCKET,
  });
}

/**
 * Writes what FRR needs to start. A configuration that is there stays. The folder is root's own:
 * root runs what lies there, and FRR's daemons, which have another user, have no need to write.
 */
export async function writeStartFiles(
  role: Role,
  { nodeGrace }: Pick<Settings, "nodeGrace">,
): Promise<void> {
  await Deno.mkdir(FRR_DIR, { recursive: true });
  if ((await Deno.stat(FRR_DIR)).uid !== 0) await Deno.chown(FRR_DIR, 0, 0);
  await Deno.chmod(FRR_DIR, 0o755);
  await updateFile(`${FRR_DIR}/daemons`, renderDaemons(role), 0o644);
  await updateFile(`${FRR_DIR}/vtysh.conf`, "service integrated-vtysh-config\n", 0o644);
  if (role === "worker") {
    await updateFile(ZEBRA_SCRIPT, ZEBRA_TEXT, 0o755);
    await updateFile(RELAY_SCRIPT, renderRelay(nodeGrace), 0o755);
  }
  await updateFile(CONFINE_SCRIPT, CONFINE_TEXT, 0o755);
  await updateFile(START_SCRIPT, START_TEXT, 0o755);
}
