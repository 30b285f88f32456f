// What the manifests give to each container: capabilities, volumes.
import { ROOT } from "../../tools/checkout.ts";

export const CONTAINERS = ["install", "frr", "manager"] as const;
export type Container = typeof CONTAINERS[number];
export type Role = "worker" | "route-reflector";

/** Where a container sees a volume. */
export interface Mount {
  readonly volume: string;
  readonly path: string;
  readonly isReadOnly: boolean;
  /** Whether mounts on the node are seen in the container, and the other way round. */
  readonly propagation: "None" | "HostToContainer" | "Bidirectional";
}

const MANIFESTS: Readonly<Record<Role, string>> = {
  worker: "worker/daemonset.yml",
  "route-reflector": "reflector/deployment.yml",
};
export const ROLES = Object.keys(MANIFESTS) as Role[];

/** The text of a container in its manifest. */
function textOf(role: Role, container: Container): string {
  const text = Deno.readTextFileSync(`${ROOT}/deploy/base/${MANIFESTS[role]}`);
  return text.split(/^ {8}- name: /m).find((part) => part.startsWith(`${container}\n`)) ?? "";
}

/** The capabilities that a container of the manifest adds to none; a privileged one has all. */
export function capabilitiesOf(role: Role, container: Container): string[] {
  const own = textOf(role, container);
  const [, inline, list = ""] = /add: \[(.*)\]/.exec(own) ??
    [, undefined, /^ +add:\n((?: +- .*\n)+)/m.exec(own)?.[1]];
  return (inline ?? list).match(/[A-Z_]+/g) ?? [];
}

export function isPrivileged(role: Role, container: Container): boolean {
  return /privileged: true/.test(textOf(role, container));
}

export function mountsOf(role: Role, container: Container): Mount[] {
  const [, list = ""] = /^ +volumeMounts:\n((?: {12}.*\n)+)/m.exec(textOf(role, container)) ?? [];
  return list.split(/^ +- /m).slice(1).map((text): Mount => {
    const value = (key: string) => new RegExp(`\\b${key}: ([^\\s,}]+)`).exec(text)?.[1];
    return {
      volume: value("name") ?? "",
      path: value("mountPath") ?? "",
      isReadOnly: value("readOnly") === "true",
      propagation: (value("mountPropagation") ?? "None") as Mount["propagation"],
    };
  });
}
