// Scripts are files of their own: this gives them the constants that they share with TypeScript.

/** What needs no quotes in sh and none but those around it in Python. */
const PLAIN = /^[\w./-]+$/;

/**
 * A script (sh, bash or Python) with an assignment `NAME="value"` for each constant after its first
 * line, which begins with `#!`. The script uses constants by their names, which are in capitals.
 * @throws {Error} when the script has no such first line, when a value holds more than letters,
 * digits, `_`, `.`, `/` and `-`, and when a constant is given that the script does not use, or the
 * other way round
 */
export function withConstants(
  script: string,
  constants: Readonly<Record<string, string | number>>,
): string {
  const [shebang = "", ...lines] = script.split("\n");
  const refuse = (why: string) => {
    throw new Error(`Cannot give constants to the script of ${JSON.stringify(lines[0])}: ${why}`);
  };
  if (!shebang.startsWith("#!")) refuse(`its first line is ${JSON.stringify(shebang)}`);
  for (const [name, value] of Object.entries(constants)) {
    if (!PLAIN.test(`${value}`)) refuse(`${name} is ${JSON.stringify(value)}`);
    if (!new RegExp(`\\b${name}\\b`).test(script)) refuse(`${name} is not used in it`);
  }
  const assignments = Object.entries(constants).map(([name, value]) => `${name}="${value}"`);
  const rendered = [shebang, ...assignments, ...lines].join("\n");
  const missing = listUsed(rendered).filter((name) => !isAssigned(rendered, name));
  if (missing.length > 0) refuse(`${missing.join(", ")} is used in it and has no value`);
  return rendered;
}

/** The names in capitals that sh is to expand, but for a call's own variables. */
function listUsed(script: string): string[] {
  const names = script.matchAll(/\$\{?([A-Z][A-Z0-9_]*)/g).map(([, name]) => name ?? "");
  return [...new Set(names)].filter((name) => !name.startsWith("CNI_"));
}

function isAssigned(script: string, name: string): boolean {
  return new RegExp(`^\\s*${name}=`, "m").test(script);
}
