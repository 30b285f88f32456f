// How large and how long a call may be: what the plugin and those who hand calls to it agree on.

/** Bytes of a config (4 MiB): more than any list of attachments, and a bound on what a call takes. */
export const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/** A call takes no longer: a runtime that waits in vain kills without a word. */
export const CALL_LIMIT_MS = 50_000;
