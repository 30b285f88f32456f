// The words that start a program as its container does: root, volumes, capabilities, but one power.
import { dirname } from "node:path";
import { DIST } from "../../tools/checkout.ts";
import { capabilitiesOf, type Container, isPrivileged, mountsOf, type Role } from "./manifest.ts";
import { isOf, type Power } from "./powers.ts";
import script from "./container.sh" with { type: "text" };

/** Where Kubernetes' volumes are on a node of the test. */
export const VOLUMES = {
  "cni-bin": "/opt/cni/bin",
  "run-megalos": "/run/megalos",
  "run-netns": "/run/netns",
  bgp: "/run/volumes/bgp",
  http: "/run/volumes/http",
  "etc-frr": "/etc/frr",
  "run-frr": "/run/frr",
  "log-frr": "/run/volumes/log-frr",
} as const;

const HEARS = { None: "private", HostToContainer: "slave", Bidirectional: "shared" } as const;
/** Programs with fewer of Deno's permissions are run from there. */
const DENO = [DIST, dirname(Deno.execPath())];

/** @param profile words in front of a program that is not privileged */
export function inContainer(
  power: Power | undefined,
  role: Role,
  container: Container,
  profile: readonly string[] = [],
): string[] {
  const lacks = (kind: Power["kind"], name: string) =>
    isOf(power, role, container) && power.kind === kind && power.name === name;
  const mounts = mountsOf(role, container).filter(({ path }) => !lacks("mount", path));
  const words = mounts.flatMap(({ volume, path, isReadOnly, propagation }) => [
    isReadOnly || lacks("writing", path) ? "ro" : "rw",
    HEARS[lacks("later mounts", path) ? "None" : propagation],
    VOLUMES[volume as keyof typeof VOLUMES],
    path,
  ]);
  const isReduced = power !== undefined && "program" in power.holder;
  const deno = isReduced ? DENO.flatMap((path) => ["ro", "private", path, path]) : [];
  const may = isPrivileged(role, container);
  const kept = capabilitiesOf(role, container).filter((name) => !lacks("capability", name));
  // deno-fmt-ignore
  return ["unshare", "--mount", "--propagation", "unchanged",
    "sh", "-c", script, "sh", ...words, ...deno, "--", may ? "rw" : "ro", ...(may ? [] : [...drop(kept), ...profile])];
}

/** The words that start a program with these capabilities alone. */
function drop(kept: readonly string[]): string[] {
  const set = ["-all", ...kept.map((name) => `+${name.toLowerCase()}`)].join(",");
  return ["setpriv", "--no-new-privs", "--inh-caps=-all", `--bounding-set=${set}`];
}
