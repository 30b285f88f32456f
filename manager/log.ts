// The manager's log: one line an event on stderr, for people and for `kubectl logs`.

export type Level = "info" | "warn" | "error";
export type Log = (level: Level, text: string) => void;

/** Time in UTC (RFC 3339), level, text. */
export const logToStderr: Log = (level, text) => {
  console.error(`${new Date().toISOString()} ${level} ${text}`);
};
