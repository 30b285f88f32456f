// Accepts the connections of a listener, whatever becomes of the callers before.
import { sleep } from "../../shared/process/time.ts";

/** Where a connection cannot be accepted for want of descriptors, so long (ms) is waited. */
const REFUSED_MS = 100;

/** What is thrown where the caller has reset its connection before it was accepted. */
const IS_GONE = [
  Deno.errors.NotConnected,
  Deno.errors.ConnectionReset,
  Deno.errors.ConnectionAborted,
];

/**
 * Callers that are gone take no time of the others: somebody who resets one connection after the
 * other would keep everybody out.
 * @param pause waits where nothing can be accepted
 * @returns undefined when the listener was closed
 */
export async function nextConnection(
  listener: Pick<Deno.Listener, "accept">,
  pause: () => Promise<void> = () => sleep(REFUSED_MS),
): Promise<Deno.Conn | undefined> {
  while (true) {
    try {
      return await listener.accept();
    } catch (error) {
      if (error instanceof Deno.errors.BadResource) return undefined;
      if (!IS_GONE.some((kind) => error instanceof kind)) await pause();
    }
  }
}

/** Hands on each connection, until the listener is closed. */
export async function acceptAll(
  listener: Deno.Listener,
  accept: (connection: Deno.Conn) => void,
): Promise<void> {
  for (let connection; (connection = await nextConnection(listener)) !== undefined;) {
    accept(connection);
  }
}
