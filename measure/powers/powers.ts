// What Megalos may do on a node, one by one: capabilities of its containers, Deno's permissions.
import { ROOT } from "../../tools/checkout.ts";
import { NODE_PROGRAMS, type Permissions, PROGRAMS } from "../../tools/permissions.ts";

/** Who has a power: a container of the manifest, or a program. */
export type Holder =
  | { readonly role: Role; readonly container: "frr" | "manager" }
  | { readonly program: typeof NODE_PROGRAMS[number] };

export type Role = "worker" | "route-reflector";

/** A power that can be taken away. */
export interface Power {
  readonly holder: Holder;
  /** A capability (capabilities(7)) without "CAP_", or a kind of Deno's permissions. */
  readonly kind: "capability" | keyof Permissions;
  readonly name: string;
}

const MANIFESTS: Readonly<Record<Role, string>> = {
  worker: "worker/daemonset.yml",
  "route-reflector": "reflector/deployment.yml",
};

const KINDS = ["run", "read", "write", "env", "net", "sys"] as const;

export function listPowers(): Power[] {
  const capabilities = (Object.keys(MANIFESTS) as Role[]).flatMap((role) =>
    (["frr", "manager"] as const).flatMap((container) =>
      capabilitiesOf(role, container).map((name): Power => ({
        ...{ holder: { role, container }, kind: "capability", name },
      }))
    )
  );
  const permissions = NODE_PROGRAMS.flatMap((program) =>
    KINDS.flatMap((kind) =>
      PROGRAMS[program].may[kind].map((name): Power => ({ holder: { program }, kind, name }))
    )
  );
  return [...capabilities, ...permissions];
}

/** The capabilities that a container of the manifest adds to none. */
export function capabilitiesOf(role: Role, container: "frr" | "manager"): string[] {
  const text = Deno.readTextFileSync(`${ROOT}/deploy/base/${MANIFESTS[role]}`);
  const [, ...containers] = text.slice(text.indexOf("\n      containers:")).split(/^ {8}- name: /m);
  const own = containers.find((part) => part.startsWith(`${container}\n`)) ?? "";
  const [, inline, list = ""] = /add: \[(.*)\]/.exec(own) ??
    [, undefined, /^ +add:\n((?: +- .*\n)+)/m.exec(own)?.[1]];
  return (inline ?? list).match(/[A-Z_]+/g) ?? [];
}

/** The holder in words. */
export function describeHolder(holder: Holder): string {
  return "program" in holder ? holder.program : `${holder.role}, ${holder.container}`;
}

/** A program's permissions without one. */
export function without({ holder, kind, name }: Power): Permissions {
  if (!("program" in holder) || kind === "capability") throw new Error(`${name} is none of Deno's`);
  const { may } = PROGRAMS[holder.program];
  return { ...may, [kind]: (may[kind] as readonly string[]).filter((one) => one !== name) };
}
