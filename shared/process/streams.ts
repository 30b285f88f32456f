// Reads what a program writes: whole or line by line, bounded in size and time.

/** What was kept of a stream. */
export interface Kept {
  readonly text: string;
  /** There was more, which was dropped. */
  readonly isCut: boolean;
}

/**
 * Keeps the first `limit` bytes as text. The rest is read and dropped. `overdue` ends the reading.
 * `heard` is given each part as it comes.
 */
export async function readAtMost(
  stream: ReadableStream<Uint8Array>,
  limit: number,
  overdue: AbortSignal,
  heard?: (part: string) => void,
): Promise<Kept> {
  const reader = readUntil(stream, overdue);
  const decoder = new TextDecoder();
  const kept: Uint8Array[] = [];
  let size = 0;
  for (let chunk; (chunk = (await reader.read()).value) !== undefined;) {
    if (size < limit) kept.push(chunk.subarray(0, limit - size));
    size += chunk.length;
    heard?.(decoder.decode(chunk, { stream: true }));
  }
  return { text: new TextDecoder().decode(concatenate(kept)), isCut: size > limit };
}

/** A reader that ends when time is over, even if a child of the program keeps the pipe open. */
function readUntil(
  stream: ReadableStream<Uint8Array>,
  overdue: AbortSignal,
): ReadableStreamDefaultReader<Uint8Array> {
  const reader = stream.getReader();
  overdue.addEventListener("abort", () => reader.cancel());
  return reader;
}

/** All chunks as one. */
export function concatenate(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** Reads a stream line by line, or what is left of it at once. `overdue` ends the reading. */
export function lineReader(stream: ReadableStream<Uint8Array>, overdue: AbortSignal) {
  const reader = readUntil(stream, overdue);
  const decoder = new TextDecoder();
  let pending = "";
  let ended = false;
  async function more(): Promise<void> {
    const { value, done } = await reader.read();
    if (done) ended = true;
    else pending += decoder.decode(value, { stream: true });
  }
  return {
    async next(): Promise<string | undefined> {
      let newline: number;
      while ((newline = pending.indexOf("\n")) < 0) {
        if (ended) {
          const last = pending;
          pending = "";
          return last === "" ? undefined : last;
        }
        await more();
      }
      const line = pending.slice(0, newline);
      pending = pending.slice(newline + 1);
      return line;
    },
    async rest(): Promise<string> {
      while (!ended) await more();
      return pending;
    },
  };
}
