// The launcher: what /opt/cni/bin/megalos is on a node with a manager.

/** Name of the plugin binary that the launcher execs, beside it. */
export const PLUGIN_BINARY = "megalos.bin";

/**
 * POSIX sh. A compiled Deno program refuses to start where getcwd(2) fails, which is how thick Multus calls plugins
 * (chroot without chdir), and a runtime may pass no PATH. The manager's word is binding: the plugin then makes no
 * namespace and guesses no fact.
 */
export const LAUNCHER = `#!/bin/sh
# Written by the Megalos manager: starts the CNI plugin whatever the caller's working directory and PATH are.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
MEGALOS_MANAGED=1
export PATH MEGALOS_MANAGED
case $0 in
  /*) bin=\${0%/*} ;;
  *) bin=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) ;;
esac
cd / && exec "$bin/${PLUGIN_BINARY}"
`;
