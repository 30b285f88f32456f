// What Megalos may do on a node, one by one: its containers' powers, and Deno's permissions.
import { NODE_PROGRAMS, type Permissions, PROGRAMS } from "../../tools/permissions.ts";
import {
  capabilitiesOf,
  type Container,
  CONTAINERS,
  mountsOf,
  type Role,
  ROLES,
} from "./manifest.ts";

/** Who has a power: a container of the manifest, or a program. */
export type Holder =
  | { readonly role: Role; readonly container: Container }
  | { readonly program: typeof NODE_PROGRAMS[number] };

/** What a container has of the manifest. */
const CONTAINER_KINDS = ["capability", "mount", "writing", "later mounts"] as const;
const KINDS = ["run", "read", "write", "env", "net", "sys"] as const;

/** A power that can be taken away. */
export interface Power {
  readonly holder: Holder;
  /**
   * A capability (capabilities(7)) without "CAP_"; a mount, writing to it, or seeing what is
   * mounted in it later, each by its path; or a kind of Deno's permissions.
   */
  readonly kind: typeof CONTAINER_KINDS[number] | keyof Permissions;
  readonly name: string;
}

const RELOAD_LOGS = "frr-reload.py of FRR 10 writes there";

/**
 * Why there are powers that the worker's life does not miss, by holder, kind and name: each is for
 * what no step of that life does, or can be done without.
 */
export const REASONS: Readonly<Record<string, string>> = {
  "route-reflector, frr capability KILL": "watchfrr ends a daemon that hangs",
  "worker, frr later mounts /run/netns": "a zebra that starts again is in the namespace of then",
  "worker, manager mount /var/log/frr": RELOAD_LOGS,
  "worker, manager writing /var/log/frr": RELOAD_LOGS,
  "route-reflector, manager mount /var/log/frr": RELOAD_LOGS,
  "route-reflector, manager writing /var/log/frr": RELOAD_LOGS,
  "manager run setsid": "a manager starts FRR by itself (MEGALOS_FRR=start)",
  "manager read /run/frr/away": "`manager status` names the nodes that are away",
  "manager read /run/frr/bgpd.pid": "bgpd's restart between two looks is told",
  "manager read /run/frr/watchfrr.pid": "FRR's restart between two looks is told",
  "manager read /run/frr/zebra.pid": "zebra's restart between two looks is told",
  "manager read /var/run/netns": "a call by this older path needs no `stat`",
  "manager run ss": "a reflector finds who fills its bgpd with long attributes",
  "manager net 0.0.0.0": "a node without IPv6 answers a scrape",
  "manager net [::]": "a node with IPv6 answers a scrape",
  "megalos read /run/netns": "a call needs a process less",
  "megalos read /var/run/netns": "a call by this older path needs a process less",
};

/** Why there is a power that nothing may miss; undefined for one that something must miss. */
export function reasonFor({ holder, kind, name }: Power): string | undefined {
  return REASONS[`${describeHolder(holder)} ${kind} ${name}`];
}

export function listPowers(): Power[] {
  const containers = ROLES.flatMap((role) =>
    CONTAINERS.flatMap((container) => {
      const mounts = mountsOf(role, container);
      const names: Readonly<Record<typeof CONTAINER_KINDS[number], readonly string[]>> = {
        capability: capabilitiesOf(role, container),
        mount: mounts.map(({ path }) => path),
        writing: mounts.filter(({ isReadOnly }) => !isReadOnly).map(({ path }) => path),
        "later mounts": mounts.filter(({ propagation }) => propagation !== "None")
          .map(({ path }) => path),
      };
      return CONTAINER_KINDS.flatMap((kind) =>
        names[kind].map((name): Power => ({ holder: { role, container }, kind, name }))
      );
    })
  );
  const permissions = NODE_PROGRAMS.flatMap((program) =>
    KINDS.flatMap((kind) =>
      PROGRAMS[program].may[kind].map((name): Power => ({ holder: { program }, kind, name }))
    )
  );
  return [...containers, ...permissions];
}

/** The holder in words. */
export function describeHolder(holder: Holder): string {
  return "program" in holder ? holder.program : `${holder.role}, ${holder.container}`;
}

/** Whether the power is a container's. */
export function isOf(power: Power | undefined, role: Role, container: Container): power is Power {
  return power !== undefined && "role" in power.holder && power.holder.role === role &&
    power.holder.container === container;
}

/** A program's permissions without one. */
export function without({ holder, kind, name }: Power): Permissions {
  const isDenos = KINDS.some((one) => one === kind);
  if (!("program" in holder) || !isDenos) throw new Error(`${name} is none of Deno's`);
  const { may } = PROGRAMS[holder.program];
  const left = (may[kind as keyof Permissions] as readonly string[]).filter((one) => one !== name);
  return { ...may, [kind]: left };
}
