// Commands as words: an insertion is one word, and a batch line carries each word or refuses it.
import assert from "node:assert/strict";
import fc from "fast-check";
import { run } from "../process/exec.ts";
import { FaultError } from "../faults.ts";
import { batch } from "./batch.ts";
import { argvOf, bridge, encodeLines, ip, isCarriable } from "./words.ts";

Deno.test("a command is written as in its manual, over lines as well", () => {
  const [name, mtu] = ["net1", 1450];
  const command = ip`link add name ${name} mtu ${mtu} up
    type bridge mcast_snooping 0`;
  assert.deepEqual(command, {
    program: "ip",
    words: ["link", "add", "name", "net1", "mtu", "1450", "up"]
      .concat("type", "bridge", "mcast_snooping", "0"),
  });
  assert.deepEqual(ip`${"a"}/${32} dev lo `.words, ["a/32", "dev", "lo"]);
  assert.deepEqual(bridge` fdb show`.program, "bridge");
  assert.deepEqual(argvOf(command, "-json").slice(0, 4), ["ip", "-json", "link", "add"]);
});

Deno.test("an insertion is one word or a part of one, whatever is in it, empty as well", () => {
  const text = fc.oneof(fc.string(), fc.constantFrom("", " ", "a b", "\n", " up ", "#"));
  fc.assert(fc.property(text, text, text, (one, two, three) => {
    const { words } = ip`link set dev ${one} alias ${two}/${three} up`;
    assert.deepEqual(words, ["link", "set", "dev", one, "alias", `${two}/${three}`, "up"]);
  }));
  assert.deepEqual(ip`${""}`.words, [""]);
});

Deno.test("a template that is filled again does not remember", () => {
  const show = (name: string) => ip`link show dev ${name}`.words.at(-1);
  assert.deepEqual(["a", "b", "a"].map(show), ["a", "b", "a"]);
});

Deno.test("words become one line, quoted where they hold white space", () => {
  const command = ip`link set dev net1 alias ${"a b"}`;
  assert.equal(
    encodeLines([command, ip`link show`]),
    'link set dev net1 alias "a b"\nlink show\n',
  );
});

Deno.test("what a line would change the meaning of is refused", () => {
  for (
    const word of ["", "#", "a#b", '"', "'", "\\", "a\nb", "a\rb", "a\tb", "\0", "\x7f", "\x1b"]
  ) {
    assert.equal(isCarriable(word), false, JSON.stringify(word));
    assert.throws(() => encodeLines([ip`link ${word}`]), FaultError, JSON.stringify(word));
  }
});

Deno.test("whatever is carried, ip reads as it was", async () => {
  const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter(isCarriable);
  const property = fc.asyncProperty(word, async (word) => {
    // An unknown device is named in the answer. A leading dash would be an option of `ip` itself
    // only before the object.
    const command = batch("ip", [ip`link show dev ${word}`]);
    const { stderr } = await run(command);
    assert.ok(
      stderr.includes(`"${word}"`) || /is not a valid ifname|Attribute failed/.test(stderr),
      `${JSON.stringify(command.stdin)}: ${stderr}`,
    );
  });
  await fc.assert(property, { numRuns: 50 });
});
