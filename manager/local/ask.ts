// Asks the manager that runs on this machine.
import * as z from "zod";
import { readTextIfThere } from "../../shared/files.ts";
import { scaled } from "../../shared/process/time_scale.ts";
import type { View } from "../view/view.ts";
import { DOOR_FILE } from "./door.ts";
import { type LocalAnswer, localAnswer, type LocalQuestion, type ShownEvent } from "./messages.ts";

const door = z.object({ port: z.number(), token: z.string() });
/** The manager answers within so long (ms): a reflector waits three seconds for its workers. */
const PATIENCE_MS = 15_000;

/** A conversation with the manager. */
export class LocalManager implements Disposable {
  private constructor(private readonly socket: WebSocket) {}

  /** @throws {Error} when there is no manager, or none that answers */
  static async find(): Promise<LocalManager> {
    const text = await readTextIfThere(DOOR_FILE);
    if (text === undefined) throw new Error(`Cannot ask the manager: there is no ${DOOR_FILE}`);
    const { port, token } = door.parse(JSON.parse(text));
    const socket = openSocket(`ws://127.0.0.1:${port}/`, { authorization: `Bearer ${token}` });
    await until(socket, "open");
    return new LocalManager(socket);
  }

  /** @throws {Error} when it has not looked at its node yet */
  async view(counted: boolean): Promise<View> {
    const answer = await this.#ask({ kind: "view", counted });
    if (answer.kind === "view" && answer.view !== null) return answer.view;
    throw new Error("Cannot show anything yet: the manager has not looked at its node");
  }

  async eventsAfter(number: number): Promise<readonly ShownEvent[]> {
    const answer = await this.#ask({ kind: "events", after: number });
    return answer.kind === "events" ? answer.events : [];
  }

  async #ask(question: LocalQuestion): Promise<LocalAnswer> {
    this.socket.send(JSON.stringify(question));
    const { data } = await until(this.socket, "message") as MessageEvent<string>;
    return localAnswer.parse(JSON.parse(data));
  }

  [Symbol.dispose](): void {
    this.socket.close();
  }
}

/** The types of the DOM know no headers; Deno takes them. */
function openSocket(url: string, headers: Readonly<Record<string, string>>): WebSocket {
  const Opened = WebSocket as unknown as new (url: string, more: object) => WebSocket;
  return new Opened(url, { headers });
}

async function until(socket: WebSocket, type: "open" | "message"): Promise<Event> {
  const { promise, resolve, reject } = Promise.withResolvers<Event>();
  const fail = () => reject(new Error("Cannot ask the manager: it has ended, or does not answer"));
  const timer = setTimeout(fail, scaled(PATIENCE_MS));
  const names = ["error", "close"] as const;
  for (const name of names) socket.addEventListener(name, fail);
  socket.addEventListener(type, resolve, { once: true });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    for (const name of names) socket.removeEventListener(name, fail);
    socket.removeEventListener(type, resolve);
  }
}
