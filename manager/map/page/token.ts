// The token of the view's port: asked of the reader, and remembered by this tab alone.
/// <reference lib="dom" />
import { byId, setText } from "./dom.ts";

const KEY = "megalos-token";

export function knownToken(): string | undefined {
  return sessionStorage.getItem(KEY) ?? undefined;
}

/** Waits until the reader has given another token. */
export async function askToken(): Promise<void> {
  const dialog = byId<HTMLDialogElement>("asking");
  const input = byId<HTMLInputElement>("token");
  if (knownToken() !== undefined) setText(byId("asking-why"), "That token is not the right one.");
  sessionStorage.removeItem(KEY);
  input.value = "";
  if (!dialog.open) dialog.showModal();
  while (knownToken() === undefined) {
    const { promise, resolve } = Promise.withResolvers<void>();
    dialog.addEventListener("close", () => resolve(), { once: true });
    await promise;
    if (input.value.trim() !== "") sessionStorage.setItem(KEY, input.value.trim());
    else dialog.showModal();
  }
  input.value = "";
}
