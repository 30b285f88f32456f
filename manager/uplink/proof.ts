// Proofs that both ends of a line know the BGP password; the password itself never travels.

/** How many random bytes each side adds. */
const NONCE_BYTES = 32;

/** A random number, as 64 hexadecimal digits. */
export function makeNonce(): string {
  return crypto.getRandomValues(new Uint8Array(NONCE_BYTES)).toHex();
}

/** Who proves: so that no side can be answered with its own proof. */
export type Prover = "worker" | "reflector";

/** What a proof is about. */
export interface Claim {
  readonly prover: Prover;
  /** What the worker says of itself; part of the proof, so that nobody in between changes it. */
  readonly node: string;
  readonly reflectorNonce: string;
  readonly workerNonce: string;
}

/** HMAC (RFC 2104) with SHA-256 over all of the claim, as 64 hexadecimal digits. */
export async function prove(password: string, claim: Claim): Promise<string> {
  const key = await makeKey(password, "sign");
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, encode(claim))).toHex();
}

/** How long it takes tells nothing about the right proof. */
export async function verify(password: string, claim: Claim, proof: string): Promise<boolean> {
  if (!/^[0-9a-f]{64}$/.test(proof)) return false;
  const key = await makeKey(password, "verify");
  return await crypto.subtle.verify("HMAC", key, Uint8Array.fromHex(proof), encode(claim));
}

function makeKey(password: string, use: "sign" | "verify"): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(password);
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, [use]);
}

function encode({ prover, node, reflectorNonce, workerNonce }: Claim): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify(["megalos uplink 1", prover, node, reflectorNonce, workerNonce]);
  return new TextEncoder().encode(text);
}
