// The files that FRR is started with: which daemons, zebra inside the LAN namespace, and a script that runs them all.
import { updateFile } from "../../shared/files.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import type { Role } from "../settings.ts";
import { RELAY_SOCKET, RENDERED_RELAY } from "./relay.ts";

export const FRR_DIR = "/etc/frr";
export const FRR_CONF = `${FRR_DIR}/frr.conf`;
/** Runs FRR in the foreground: the command of FRR's own container. */
export const START_SCRIPT = `${FRR_DIR}/megalos-start`;
const ZEBRA_SCRIPT = `${FRR_DIR}/megalos-zebra`;
const RELAY_SCRIPT = `${FRR_DIR}/megalos-relay`;

// `-P 0`: no daemon listens for telnet. zebra's netlink buffer is FRR's own default; a smaller one makes it exit under load.
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
# A daemon that ends is back at once; by default watchfrr waits a minute, of which its LANs would know.
watchfrr_options="--interval=1 --min-restart-interval=1 --max-restart-interval=20"
${isWorker ? `zebra_wrap="${ZEBRA_SCRIPT}"\n` : ""}`;
}

/**
 * Every start of zebra passes here and no other moment does. An old zserv.api makes bgpd start before zebra listens and lose seconds.
 * Forwarding entries of an earlier zebra stay: they carry traffic until EVPN has spoken (`entry_keeper.ts`).
 */
const RENDERED_ZEBRA_SCRIPT = `#!/bin/sh
# Written by the Megalos manager: starts zebra in the LAN namespace.
rm -f /var/run/frr/zserv.api
exec nsenter --net=${LAN_NETNS} -- "$@"
`;

/**
 * frrcommon.sh knows which daemons this version of FRR has (from 10 on, mgmtd) and in which order they start.
 * - A number that an earlier container has left is another process' by now: watchfrr.sh would end that, and wait for it.
 * - The relay, of a worker, is one at a time, whoever starts watchfrr again, and there before bgpd, which tries again after ten seconds.
 * - watchfrr restarts a daemon that is down also while its restart of all of them has not come to that one. Of two that start, one is
 *   ended, with bgpd zebra too, and all begins anew: so one restart at a time.
 * - SIGTERM ends zebra hard and first: on a plain end, its own or bgpd's, it would delete the forwarding entries.
 */
const RENDERED_START_SCRIPT = `#!/bin/bash
# Written by the Megalos manager: runs FRR in the foreground under watchfrr, which starts and restarts its daemons.
set -e
run=/var/run/frr
install -d -o frr -g frr -m 0755 $run
. /usr/lib/frr/frrcommon.sh
set +e
for file in $run/*.pid; do
  name=$(basename "$file" .pid) pid= comm=
  read -r pid <"$file" && read -r comm <"/proc/$pid/comm"
  [ "$comm" = "$name" ] || rm -f "$file"
done 2>/dev/null
exec 9>$run/relay.lock
if [ -x ${RELAY_SCRIPT} ] && flock -n 9; then
  rm -f ${RELAY_SOCKET}
  while sleep 0.02; do ${RELAY_SCRIPT}; done &
  tries=0
  until [ -S ${RELAY_SOCKET} ] || [ $((tries += 1)) -gt 250 ]; do sleep 0.02; done
fi
exec 9>&-
once="flock --nonblock --conflict-exit-code 0 --close $run/restart.lock"
/usr/lib/frr/watchfrr $watchfrr_options --restart "$once /usr/lib/frr/watchfrr.sh restart %s" $(daemon_list) &
watchfrr=$!
stop() {
  trap "" TERM INT
  kill -KILL $watchfrr
  for daemon in zebra bgpd; do
    read -r pid <$run/$daemon.pid && kill -KILL "$pid"
  done
  exit 0
}
trap stop TERM INT
wait $watchfrr
`;

/** Writes what FRR needs to start. A configuration that is there stays. */
export async function writeStartFiles(role: Role): Promise<void> {
  await Deno.mkdir(FRR_DIR, { recursive: true });
  await updateFile(`${FRR_DIR}/daemons`, renderDaemons(role), 0o644);
  await updateFile(`${FRR_DIR}/vtysh.conf`, "service integrated-vtysh-config\n", 0o644);
  if (role === "worker") {
    await updateFile(ZEBRA_SCRIPT, RENDERED_ZEBRA_SCRIPT, 0o755);
    await updateFile(RELAY_SCRIPT, RENDERED_RELAY, 0o755);
  }
  await updateFile(START_SCRIPT, RENDERED_START_SCRIPT, 0o755);
}
