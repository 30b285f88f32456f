// The files that FRR is started with: which daemons, zebra inside the LAN namespace, and a script that runs them all.
import { updateFile } from "../../shared/files.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import type { Role } from "../settings.ts";

export const FRR_DIR = "/etc/frr";
export const FRR_CONF = `${FRR_DIR}/frr.conf`;
/** Runs FRR in the foreground: the command of FRR's own container. */
export const START_SCRIPT = `${FRR_DIR}/megalos-start`;
const ZEBRA_SCRIPT = `${FRR_DIR}/megalos-zebra`;

// `-P 0`: no daemon listens for telnet. zebra's netlink buffer is FRR's own default; a smaller one makes it exit under load.
function renderDaemons(role: Role): string {
  const isWorker = role === "worker";
  return `# Written by the Megalos manager.
bgpd=yes
vtysh_enable=yes
zebra_options="-P 0 -s 90000000"
# A worker calls; only a reflector is called, and a node's port 179 may be another's.
bgpd_options="-P 0${isWorker ? " -p 0" : ""}"
staticd_options="-P 0"
mgmtd_options="-P 0"
# A daemon that ends is back at once; by default watchfrr waits a minute, of which its LANs would know.
watchfrr_options="--interval=1 --min-restart-interval=1 --max-restart-interval=20"
${isWorker ? `zebra_wrap="${ZEBRA_SCRIPT}"\n` : ""}`;
}

/**
 * Every start of zebra passes here and no other moment does. An old zserv.api makes bgpd start before zebra listens and lose seconds.
 * Forwarding entries of an earlier zebra stay: they carry traffic until EVPN has spoken (`adopt.ts`).
 */
const RENDERED_ZEBRA_SCRIPT = `#!/bin/sh
# Written by the Megalos manager: starts zebra in the LAN namespace.
rm -f /var/run/frr/zserv.api
exec nsenter --net=${LAN_NETNS} -- "$@"
`;

// frrcommon.sh knows which daemons this version of FRR has (from 10 on, mgmtd) and in which order they start.
const RENDERED_START_SCRIPT = `#!/bin/bash
# Written by the Megalos manager: runs FRR in the foreground under watchfrr, which starts and restarts its daemons.
set -e
install -d -o frr -g frr -m 0755 /var/run/frr
. /usr/lib/frr/frrcommon.sh
exec /usr/lib/frr/watchfrr $watchfrr_options $(daemon_list)
`;

/** Writes what FRR needs to start. A configuration that is there stays. */
export async function writeStartFiles(role: Role): Promise<void> {
  await Deno.mkdir(FRR_DIR, { recursive: true });
  await updateFile(`${FRR_DIR}/daemons`, renderDaemons(role), 0o644);
  await updateFile(`${FRR_DIR}/vtysh.conf`, "service integrated-vtysh-config\n", 0o644);
  if (role === "worker") await updateFile(ZEBRA_SCRIPT, RENDERED_ZEBRA_SCRIPT, 0o755);
  await updateFile(START_SCRIPT, RENDERED_START_SCRIPT, 0o755);
}
