// Watches the directory in which launchers ring.
import { BELL_DIR, type CallName, parseBell } from "./protocol.ts";

/** Who rang: calls whose request is whole, and calls whose answer is settled. */
export interface Rung {
  readonly ready: readonly CallName[];
  readonly settled: readonly CallName[];
}

/**
 * Deno keeps 16 events and drops those that come then. Other events precede a dropped one, so one
 * more look (after so many ms) behind the last of them finds what the dropped one would have told.
 */
const LOOK_AGAIN_MS = 3;

/**
 * Calls `answer` with all that lies in the directory: now, and whenever something new is there.
 * Disposing stops that.
 */
export function watchBell(answer: (rung: Rung) => void): AsyncDisposable {
  const watcher = Deno.watchFs(BELL_DIR, { recursive: false });
  let again: ReturnType<typeof setTimeout> | undefined;
  const look = () => answer(readBell());
  const lookAgain = () => {
    again = undefined;
    look();
  };
  async function watch(): Promise<void> {
    look();
    for await (const { kind } of watcher) {
      if (kind === "create") look();
      else again ??= setTimeout(lookAgain, LOOK_AGAIN_MS);
    }
  }
  const watching = watch();
  return {
    async [Symbol.asyncDispose]() {
      watcher.close();
      clearTimeout(again);
      await watching;
    },
  };
}

function readBell(): Rung {
  const rung: { ready: CallName[]; settled: CallName[] } = { ready: [], settled: [] };
  for (const name of listNames()) {
    const bell = parseBell(name);
    if (bell?.name === "ready" || bell?.name === "settled") rung[bell.name].push(bell.call);
  }
  return rung;
}

/** None where the directory has been removed: tidying finds that out. */
function listNames(): string[] {
  try {
    return Array.from(Deno.readDirSync(BELL_DIR), ({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
