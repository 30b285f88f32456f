// The capabilities of a device's processes: what Kathara's containers have.

/** Docker's own set without MKNOD, which makes no device node in a user namespace. */
const DOCKER = [
  "chown",
  "dac_override",
  "fowner",
  "fsetid",
  "kill",
  "setgid",
  "setuid",
  "setpcap",
  "net_bind_service",
  "net_raw",
  "sys_chroot",
  "audit_write",
  "setfcap",
] as const;

/**
 * Capabilities that Kathara adds: labs set up links, addresses, routes and filters, mount file
 * systems and make namespaces.
 */
const KATHARA = ["net_admin", "net_broadcast", "sys_admin"] as const;

const CAPABILITIES: readonly string[] = [...DOCKER, ...KATHARA];

/** The beginning of a command line that has these capabilities and no other, whatever it runs. */
export const WITH_CAPABILITIES = [
  "setpriv",
  `--bounding-set=-all,${CAPABILITIES.map((name) => `+${name}`).join(",")}`,
  "--inh-caps=-all",
  "--",
] as const;
