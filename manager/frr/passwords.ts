// Passwords in FRR's configuration: applied from a file of root's alone, before anything else is.
import { readTextIfThere } from "../../shared/files.ts";
import { isPassword, PASSWORD_RULE } from "../settings.ts";

/** A configuration's AS and its neighbors' passwords. */
interface Secrets {
  readonly as: readonly string[];
  readonly passwords: ReadonlyMap<string, string>;
  readonly groups: ReadonlySet<string>;
}

/**
 * The lines that give FRR the passwords of `written` and take all others; none where FRR has them
 * already. They are for `vtysh -f`. After that frr-reload.py meets no line with a password:
 * it would print such a line, or hand it to vtysh as an argument, which everybody on the node can
 * read.
 * @param running FRR's own configuration, as it prints it
 */
export function planPasswords(running: string, written: string): string[] {
  const [has, wanted] = [readSecrets(running), readSecrets(written)];
  const foreign = has.as.filter((as) => !wanted.as.includes(as));
  // With its AS, all neighbors of the earlier configuration go.
  const kept = foreign.length > 0 ? NOTHING : has;
  const stale = [...kept.passwords.keys()].filter((name) => !wanted.passwords.has(name));
  const missing = [...wanted.passwords].filter(([name, password]) =>
    kept.passwords.get(name) !== password
  );
  if (stale.length === 0 && missing.length === 0) return [];
  return [
    ...foreign.map((as) => `no router bgp ${as}`),
    ...wanted.as.map((as) => `router bgp ${as}`),
    ...stale.map((name) => ` no neighbor ${name} password`),
    ...missing.flatMap(([name, password]) => [
      ...(kept.groups.has(name) ? [] : [` neighbor ${name} peer-group`]),
      ` neighbor ${name} password ${password}`,
    ]),
    "exit",
  ];
}

/** The password of a configuration of ours, which has one at most. */
export function findPassword(configuration: string): string | undefined {
  return readSecrets(configuration).passwords.values().next().value;
}

/**
 * The password in a file, without blanks around it; undefined where the file is empty or not there.
 * @throws {Error} where it cannot be one
 */
export async function readPassword(file: string): Promise<string | undefined> {
  const text = (await readTextIfThere(file) ?? "").trim();
  if (text === "") return undefined;
  if (isPassword(text)) return text;
  throw new Error(`Cannot use the password in ${file}: it must be ${PASSWORD_RULE}`);
}

/** What a program has said, without the passwords of a configuration. */
export function hidePasswords(said: string, configuration: string): string {
  const { passwords } = readSecrets(configuration);
  return [...passwords.values()].reduce((text, one) => text.replaceAll(one, "(password)"), said);
}

const NOTHING: Secrets = { as: [], passwords: new Map(), groups: new Set() };

function readSecrets(configuration: string): Secrets {
  const all = (pattern: RegExp) => [...configuration.matchAll(pattern)];
  return {
    as: all(/^router bgp (\d+)/gm).map(([, as = ""]) => as),
    passwords: new Map(
      all(/^ neighbor (\S+) password (\S+)/gm).map(([, name = "", value = ""]) => [name, value]),
    ),
    groups: new Set(all(/^ neighbor (\S+) peer-group$/gm).map(([, name = ""]) => name)),
  };
}
