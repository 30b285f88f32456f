// Who may ask the view's port: pure.
import { knowsToken } from "./token.ts";

/** What is known of a request. */
export interface Asker {
  /** The other side's address. */
  readonly from: string;
  readonly authorization: string | null;
  readonly host: string | null;
}

/** Why a request is not answered. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly detail: string;
}

/**
 * Without a token, programs of this machine may ask; with one, whoever knows it.
 * @param isOpen what is asked for is for everybody
 */
export function refuse(
  { from, authorization, host }: Asker,
  token: string | undefined,
  isOpen: boolean,
): Refusal | undefined {
  if (isOpen) return undefined;
  if (token !== undefined) {
    if (knowsToken(authorization, token)) return undefined;
    return { status: 401, detail: "the token is missing or wrong: Authorization: Bearer TOKEN" };
  }
  if (!isLoopback(from)) {
    return { status: 403, detail: "without a token, this is for programs of this machine alone" };
  }
  // A page of another site may have a name of its own lead here (DNS rebinding).
  if (isOwnName(host)) return undefined;
  return { status: 403, detail: "without a token, the host must be localhost or an address" };
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\./i.test(address) || address === "::1";
}

function isOwnName(host: string | null): boolean {
  return host === null || /^(localhost|[0-9.]+|\[[0-9a-f:.]+\])(:\d+)?$/i.test(host);
}
