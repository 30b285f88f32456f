// Reads the server-sent events of the map by fetch, which can send a token, and connects again.
import type { MapMessages } from "../messages.ts";

type Name = keyof MapMessages;
/** What is called with a message, by its name. */
export type Hear = { readonly [N in Name]: (message: MapMessages[N]) => void };

/** How the line is. "refused": the token is missing or wrong. */
export type LineState = "live" | "lost" | "refused" | "busy";

/** Whoever hears nothing for so long (ms) has no line: counters come about once a second. */
const SILENT_MS = 10_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 4_000;

/**
 * Follows until the page is closed.
 * @param token what is sent, asked anew for each connection
 * @param state hears how the line is; the next connection waits for its answer
 */
export async function follow(
  url: string,
  hear: Hear,
  token: () => string | undefined,
  state: (state: LineState) => Promise<void> | void,
): Promise<never> {
  let pause = FIRST_PAUSE_MS;
  while (true) {
    const end = await connect(url, hear, token(), () => {
      pause = FIRST_PAUSE_MS;
      void state("live");
    });
    await state(end);
    if (end === "refused") continue;
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
  }
}

async function connect(
  url: string,
  hear: Hear,
  token: string | undefined,
  live: () => void,
): Promise<Exclude<LineState, "live">> {
  const stop = new AbortController();
  let silence = setTimeout(() => stop.abort(), SILENT_MS);
  try {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(url, { headers, signal: stop.signal, cache: "no-store" });
    if (response.status === 401) return "refused";
    if (response.status === 503) return "busy";
    if (!response.ok || response.body === null) return "lost";
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (let part; !(part = await reader.read()).done;) {
      clearTimeout(silence);
      silence = setTimeout(() => stop.abort(), SILENT_MS);
      const { events, left } = splitEvents(rest + part.value);
      rest = left;
      for (const { name, data } of events) {
        if (name === "snapshot") live();
        if (Object.hasOwn(hear, name)) hear[name as Name](JSON.parse(data));
      }
    }
    return "lost";
  } catch {
    return "lost";
  } finally {
    clearTimeout(silence);
    stop.abort();
  }
}

/** The events of a text, and what is left of it (HTML, section 9.2.6, as this server writes). */
export function splitEvents(
  text: string,
): { readonly events: { readonly name: string; readonly data: string }[]; readonly left: string } {
  const parts = text.split("\n\n");
  const left = parts.pop() ?? "";
  const events = parts.map((part) => {
    const fields = part.split("\n");
    const read = (field: string) =>
      fields.find((line) => line.startsWith(`${field}: `))?.slice(field.length + 2) ?? "";
    return { name: read("event"), data: read("data") };
  });
  return { events, left };
}
