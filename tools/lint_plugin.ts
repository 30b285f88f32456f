// The house rules that the linter can see; ARCHITECTURE.md gives their reasons.

/** What belongs to the process as a whole, and so to its outermost file. */
const PROCESS_WIDE = new Set(["args", "env", "exit", "exitCode", "stdin"]);
const SPAWNING_MODULES = new Set(["node:child_process", "child_process"]);
const PROCESS_MODULES = new Set(["node:process", "process"]);

const MAX_COLUMNS = 100;

const isSpawner = (path: string) => path.endsWith("/shared/process/exec.ts");
const isMain = (path: string) => path.endsWith("/main.ts");

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "spawn-in-exec-only": {
      create(context) {
        if (isSpawner(context.filename)) return {};
        const message =
          "Only shared/process/exec.ts starts processes: use run, attend or converse.";
        return {
          MemberExpression(node) {
            if (memberOfDeno(node) === "Command") context.report({ node, message });
          },
          ImportDeclaration(node) {
            if (SPAWNING_MODULES.has(node.source.value)) context.report({ node, message });
          },
        };
      },
    },
    "process-in-main-only": {
      create(context) {
        if (isMain(context.filename)) return {};
        const message = "Only main.ts files touch the process: take it as an argument.";
        return {
          MemberExpression(node) {
            if (PROCESS_WIDE.has(memberOfDeno(node) ?? "")) context.report({ node, message });
          },
          ImportDeclaration(node) {
            if (PROCESS_MODULES.has(node.source.value)) context.report({ node, message });
          },
        };
      },
    },
    // `const { env } = Deno` and `const d = Deno` would go around the rules above.
    "deno-by-its-name": {
      create(context) {
        return {
          VariableDeclarator(node) {
            if (node.init?.type !== "Identifier" || node.init.name !== "Deno") return;
            context.report({ node, message: "Write Deno.x where it is used." });
          },
        };
      },
    },
    "narrow-comments": {
      create(context) {
        return {
          Program() {
            const message = `A comment is at most ${MAX_COLUMNS} columns wide.`;
            for (const { range } of context.sourceCode.getAllComments()) {
              if (isWide(context.sourceCode.text, range)) context.report({ range, message });
            }
          },
        };
      },
    },
    "first-line-says-what": {
      create(context) {
        return {
          Program(node) {
            if (/^(#!.*\n)?\/\/ .+[.:]\n/.test(context.sourceCode.text)) return;
            const message =
              "The first line is a comment: one sentence that says what the file is for.";
            context.report({ node, message });
          },
        };
      },
    },
  },
};
export default plugin;

/** Whether a line that the range lies on is wider than it may be; an address may be long. */
function isWide(text: string, [start, end]: Deno.lint.Range): boolean {
  const begin = text.lastIndexOf("\n", start) + 1;
  return text.slice(begin, end).split("\n")
    .some((line) => line.length > MAX_COLUMNS && !/https?:\/\/\S+$/.test(line));
}

/** "x" of `Deno.x`, `Deno["x"]` and `globalThis.Deno.x`. */
function memberOfDeno({ object, property }: Deno.lint.MemberExpression): string | undefined {
  const owner = object.type === "MemberExpression" ? object.property : object;
  if (owner.type !== "Identifier" || owner.name !== "Deno") return undefined;
  if (property.type === "Identifier") return property.name;
  return property.type === "Literal" ? String(property.value) : undefined;
}
