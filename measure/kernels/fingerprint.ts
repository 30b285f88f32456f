// Tells apart what was made of different things, so that a cache holds nothing that is out of date.

/** Eight hexadecimal digits of a text's hash. */
export async function fingerprint(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const bytes = new Uint8Array(hash).subarray(0, 4);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
