// The token of the view's port: what it may be, and whether somebody knows it.
import { createHash, timingSafeEqual } from "node:crypto";
import { readTextIfThere } from "../../shared/files.ts";

/** What can stand in `Authorization: Bearer` (RFC 6750, section 2.1), and nobody can guess. */
export const TOKEN = /^(?=.{16,256}$)[A-Za-z0-9._~+/-]+=*$/;
export const TOKEN_RULE = "16 to 256 letters, digits and - . _ ~ + /, with = at its end at most";

/**
 * The token that a file says; undefined where it says none.
 * @throws {Error} when what it says can be none
 */
export async function readToken(file: string): Promise<string | undefined> {
  const text = (await readTextIfThere(file) ?? "").trim();
  if (text === "") return undefined;
  if (TOKEN.test(text)) return text;
  throw new Error(`the token in ${file} is not usable; it must be ${TOKEN_RULE}`);
}

/** Whether a header has the token. How long the answer takes tells nothing about the token. */
export function knowsToken(authorization: string | null, token: string): boolean {
  const [, given = ""] = /^bearer +(\S{1,256}) *$/i.exec(authorization ?? "") ?? [];
  return timingSafeEqual(digest(given), digest(token));
}

/** Digests have one length, so all of them are compared. */
function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
