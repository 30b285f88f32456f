// How large and how long a call may be: what the plugin and those who hand calls to it agree on.

/** Bytes of a config (4 MiB). No list of attachments is longer, and no call takes more memory. */
export const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/** Milliseconds of a call. A runtime that waits longer kills the plugin, and nobody learns why. */
export const CALL_LIMIT_MS = 50_000;
