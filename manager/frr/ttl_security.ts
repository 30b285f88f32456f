// Refuses to count the hops of BGP's packets (GTSM, RFC 5082) where FRR only says that it does.
import type { Command } from "../../shared/process/command.ts";
import type { Run } from "../../shared/process/exec.ts";
import { mustEnd } from "../../shared/process/must.ts";
import { quote } from "../../shared/quote.ts";
import { isSince, parseFrrVersion } from "../../shared/releases.ts";

/**
 * bgpd says its version without a running daemon, which vtysh cannot. The manager may start setsid,
 * which starts FRR, too.
 */
const ASK: Command = { argv: ["setsid", "--wait", "/usr/lib/frr/bgpd", "--version"] };

/** The oldest FRR that was seen to drop packets of sessions that it has accepted: 10.3. */
const OLDEST = [10, 3] as const;

/** @throws {Error} that says why MEGALOS_BGP_TTL_SECURITY cannot be used on this node */
export async function requireTtlSecurity(run: Run): Promise<void> {
  const { stdout } = await mustEnd("ask for the version of FRR", ASK, run);
  const why = refuseTtlSecurity(stdout);
  if (why !== undefined) throw new Error(`Cannot use MEGALOS_BGP_TTL_SECURITY: ${why}`);
}

/**
 * Why this FRR cannot count hops. 8.4 takes `ttl-security` of a peer group, and then takes packets
 * with any TTL of the sessions that it has accepted.
 * @param answer what `bgpd --version` prints
 */
export function refuseTtlSecurity(answer: string): string | undefined {
  const version = parseFrrVersion(answer);
  if (version === undefined) return `the version of FRR is ${quote(answer)}; it must be a number`;
  if (isSince(version, OLDEST)) return undefined;
  const oldest = OLDEST.join(".");
  return `FRR is ${version}, which takes packets from any distance; it must be ${oldest} or later`;
}
