// The invariants that are absences: who never imports whom, and what only one file does.
import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { ROOT } from "../tools/checkout.ts";
import plugin from "../tools/lint_plugin.ts";

/** What the files of a folder may import: folders or single files of the checkout. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "shared/": ["shared/"],
  "cni/": ["cni/", "shared/"],
  "manager/": ["manager/", "shared/", "cni/call.ts"],
  "tools/": ["tools/", "shared/"],
  // The lab, the tests and the measurements drive the built programs, as a runtime would.
  "lab/": ["lab/", "shared/", "tools/"],
  "tests/": ["tests/", "lab/", "shared/", "tools/"],
  "measure/": ["measure/", "tests/", "lab/", "shared/", "tools/"],
};
/** What unit tests beside the source may import as well: fixtures, where the built programs are. */
const TESTS_MAY_IMPORT = ["tests/", "tools/"];

const sources = new Map(
  Object.keys(MAY_IMPORT).flatMap((folder) => Array.from(listTypeScript(folder)))
    .map((file) => [file, Deno.readTextFileSync(`${ROOT}/${file}`)]),
);

for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
  Deno.test(`${folder} imports nothing but ${allowed.join(", ")}`, () => {
    const wrong = [...sources].filter(([file]) => file.startsWith(folder)).flatMap(
      ([file, source]) => {
        const all = file.endsWith("_test.ts") ? [...allowed, ...TESTS_MAY_IMPORT] : allowed;
        return localImports(file, source)
          .filter((imported) => !all.some((start) => imported.startsWith(start)))
          .map((imported) => `${file} imports ${imported}`);
      },
    );
    assert.deepEqual(wrong, []);
  });
}

Deno.test("the plugin starts fast: no package but zod/mini, no node: module", () => {
  const reached = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    const source = sources.get(file);
    if (reached.has(file) || source === undefined) return;
    reached.add(file);
    const isPackage = (specifier: string) => !specifier.startsWith(".");
    specifiers(source).filter(isPackage).forEach((specifier) => packages.add(specifier));
    localImports(file, source).forEach(visit);
  };
  visit("cni/main.ts");
  packages.delete("zod/mini");
  assert.deepEqual([...packages], []);
});

Deno.test("no file breaks a house rule: spawns, Deno.exit and its like, first lines", () => {
  const broken = [...sources].flatMap(([file, source]) =>
    Deno.lint.runPlugin(plugin, `${ROOT}/${file}`, source).map(({ id }) => `${file}: ${id}`)
  );
  assert.deepEqual(broken, []);
});

Deno.test("imports of every form are seen", () => {
  const source = `import a, { type B } from "./a.ts";
    import "./b.ts";
    export * from "../shared/c.ts";
    import {
      d,
    } from "zod";
    export const VERSION = "0.1.0";
    const e = await import("./e.ts");
    import f from "./f.sh" with { type: "text" };`;
  const seen = ["./a.ts", "./b.ts", "../shared/c.ts", "zod", "./e.ts", "./f.sh"];
  assert.deepEqual(specifiers(source), seen);
  assert.deepEqual(localImports("cni/x.ts", `export { c } from "../shared/c.ts";`), [
    "shared/c.ts",
  ]);
});

/** The module specifiers of a source, in their order. */
function specifiers(source: string): string[] {
  const importing =
    /^\s*(?:import|export)\b[^;="]*\bfrom\s*"([^"]+)"|^\s*import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;
  return Array.from(source.matchAll(importing), ([, ...groups]) => groups.find(Boolean) ?? "");
}

/** The files of this checkout that a file imports, as paths from its root. */
function localImports(file: string, source: string): string[] {
  return specifiers(source).filter((specifier) => specifier.startsWith("."))
    .map((specifier) => relative("/", join("/", dirname(file), specifier)));
}

function* listTypeScript(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(`${ROOT}/${folder}`)) {
    if (isDirectory) yield* listTypeScript(`${folder}${name}/`);
    else if (name.endsWith(".ts")) yield `${folder}${name}`;
  }
}
