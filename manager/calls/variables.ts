// The variables of a call as its launcher writes them: NAME=VALUE and a NUL each, as in environ.

/** Bytes of each variable that is set, by name. */
export type Variables = ReadonlyMap<string, Uint8Array>;

export function parseVariables(bytes: Uint8Array): Variables {
  const variables = new Map<string, Uint8Array>();
  for (let at = 0, end; (end = bytes.indexOf(0, at)) >= 0; at = end + 1) {
    const pair = bytes.subarray(at, end);
    const equals = pair.indexOf(EQUALS);
    variables.set(new TextDecoder().decode(pair.subarray(0, equals)), pair.subarray(equals + 1));
  }
  return variables;
}

const EQUALS = 0x3d;

/**
 * A variable's text; undefined where the variable is not set.
 * @throws {TypeError} when the value is not UTF-8, as `Deno.env.get` does
 */
export function readVariable(variables: Variables, name: string): string | undefined {
  const value = variables.get(name);
  return value === undefined ? undefined : DECODER.decode(value);
}

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
