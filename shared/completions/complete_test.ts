// What the words of a command line may become, and which words no shell is offered.
import assert from "node:assert/strict";
import { Command } from "commander";
import { complete, type Completer } from "./complete.ts";

/** What somebody else may have called something. */
const HOSTILE = ["$(id)", "`id`", "?", "*", "a b", "a;id", "a|b", "~", "=ls", "-rf", "'", ":x", ""];

function program(): Command {
  const program = new Command("tool").version("1").option("--address <address>", "an address")
    .option("--quiet", "no words");
  program.command("show").description("shows one").argument("<thing>").option("--json", "as JSON");
  program.command("secret", { hidden: true });
  return program;
}

const things = [...HOSTILE.map((name) => `${name}\tof somebody`), "plain-1.x", ":dirs"];
const tool: Completer = {
  hasGlobalOptions: true,
  value: () => Promise.resolve(things),
  argument: () => Promise.resolve(things),
};

const CASES: readonly [readonly string[], readonly string[]][] = [
  [["show", ""], ["plain-1.x", ":dirs"]],
  [["--address", ""], ["plain-1.x", ":dirs"]],
  [["show", "--address", ""], ["plain-1.x", ":dirs"]],
  [["s"], ["show"]],
  [["--address", "1.2.3.4", "s"], ["show"]],
  [["--address=1.2.3.4", "--quiet", "s"], ["show"]],
  [["--address", "show", "show", "pl"], ["plain-1.x", ":dirs"]],
  [["--address", "1.2.3.4", "show", "--j"], ["--json"]],
  [["--h"], ["--help"]],
  [["show", "-"], ["--json", "-h", "--help", "-V", "--version", "--address", "--quiet"]],
  [["--quiet", "-h"], ["-h"]],
  [["show", "plain-1.x", ""], []],
];

for (const [words, offered] of CASES) {
  Deno.test(`tool ${words.join(" ")}<Tab>`, async () => {
    const lines = await complete(words, program(), tool);
    const plain = lines.map((line) => line.split("\t", 1)[0]);
    assert.deepEqual(plain.toSorted(), offered.toSorted());
  });
}
