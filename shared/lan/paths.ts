// Where things of a node lie: what plugin and manager agree on.

/** Directory of both programs' files on the node; root's alone. */
export const RUN_DIR = "/run/megalos";
/** What the manager tells the plugin about the node. */
export const NODE_FACTS_FILE = `${RUN_DIR}/node.json`;
/** Lock files, `000` to `255`: the VNI modulo 256; and `netns` for making the LAN namespace. */
export const LOCK_DIR = `${RUN_DIR}/lock`;
/** The LAN namespace, pinned. */
export const LAN_NETNS = "/run/netns/megalos";
