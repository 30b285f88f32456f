// Whether a reflector takes a worker's line: by a proof of the BGP password, or by its session.
import type * as z from "zod";
import type { hello } from "./messages.ts";
import { type Claim, prove, verify } from "./proof.ts";

export interface Admission {
  /** The password that the worker has proved to know; undefined where its session counts. */
  readonly password?: string;
  /** The reflector's own proof of the same. */
  readonly proof?: string;
  /** Why it is not taken. */
  readonly why?: string;
  /** It has a proof, and the proof is wrong. */
  readonly isWrong?: true;
}

/**
 * @param passwords those that count, the one in use first; undefined stands for none
 * @param isEstablished whether a BGP session with the line's address is Established
 */
export async function admit(
  { node, nonce: workerNonce, proof }: z.infer<typeof hello>,
  reflectorNonce: string,
  passwords: readonly (string | undefined)[],
  isEstablished: boolean,
): Promise<Admission> {
  const claim: Omit<Claim, "prover"> = { node, reflectorNonce, workerNonce };
  for (const password of proof === undefined ? [] : passwords) {
    if (password === undefined) continue;
    if (!await verify(password, { ...claim, prover: "worker" }, proof!)) continue;
    return { password, proof: await prove(password, { ...claim, prover: "reflector" }) };
  }
  if (proof !== undefined) return { why: "it does not know the BGP password", isWrong: true };
  if (passwords[0] !== undefined) return { why: "a BGP password is wanted", isWrong: true };
  if (isEstablished) return {};
  return { why: "its address has no BGP session that is Established" };
}
