// Which entries are removed when addresses have gone, with a kernel of the test's own.
import assert from "node:assert/strict";
import type { BridgeCommand } from "../../shared/iproute2/words.ts";
import { MoveRemnants } from "./move_remnants.ts";

const [MAC, VTEP] = ["02:00:00:00:00:01", "10.99.0.12"] as const;
const PORT = "mgabcdefghijklm";
const GONE = `Deleted ${MAC} dev ${PORT} master kt-net1-ntwork `;
const DELETION = `fdb del ${MAC} dev net1-ntwork dst ${VTEP} self`;
const AGAIN = `fdb replace ${MAC} dev net1-ntwork dst ${VTEP} self dynamic extern_learn`;

/** What the kernel has: the bridge's port, and the node of the VXLAN device's entry. */
interface Known {
  port?: string | undefined;
  vtep?: string | undefined;
}

/**
 * Hears the lines, and answers the changes of the work that follows.
 * @param between happens after what is known was asked for, before anything is changed
 * @param listed lines of the LAN; with them the monitor has missed some
 */
async function changesAfter(
  lines: readonly string[],
  known: Known,
  between: () => void = () => {},
  listed?: readonly string[],
): Promise<string[]> {
  const changes: string[] = [];
  const { promise: worked, resolve } = Promise.withResolvers<void>();
  const entry = (ifname: string | undefined, dst?: string) =>
    ifname === undefined ? undefined : JSON.stringify([{ ifname, ...(dst && { dst }) }]);
  await using remnants = new MoveRemnants({
    list: (bridges, take) => {
      assert.deepEqual(bridges, ["kt-net1-ntwork"]);
      for (const line of listed ?? []) take(line);
      return Promise.resolve();
    },
    open: () => ({
      ask: (questions) =>
        Promise.resolve(
          questions.map(({ words }) =>
            words.at(-1) === "self"
              ? entry(known.vtep && "net1-ntwork", known.vtep)
              : entry(known.port)
          ),
        ),
      apply(commands: readonly BridgeCommand[]) {
        if (changes.length === 0) between();
        changes.push(...commands.map(({ words }) => words.join(" ")));
        if (commands.some(({ words }) => words[1] === "del")) known.vtep = undefined;
        return Promise.resolve();
      },
      [Symbol.asyncDispose]: () => Promise.resolve(resolve()),
    }),
  }, 0);
  for (const line of lines) remnants.hearEntry(line);
  if (listed !== undefined) remnants.missEntries();
  await worked;
  return changes;
}

const CASES: readonly [string, Known, string[]][] = [
  ["that nobody has any more", { vtep: VTEP }, [DELETION]],
  ["that another port has", { port: "mgotherotherxxx", vtep: VTEP }, []],
  ["that another node has", { port: "net1-ntwork", vtep: VTEP }, []],
  ["that was never on another node", {}, []],
];
for (const [what, known, expected] of CASES) {
  Deno.test(`an address goes from its port, ${what}: ${expected.length} removed`, async () => {
    assert.deepEqual(await changesAfter([GONE], known), expected);
  });
}

Deno.test("an address that comes back from another node meanwhile has its entry again", async () => {
  const known: Known = { vtep: VTEP };
  const changes = await changesAfter([GONE], known, () => known.port = "net1-ntwork");
  assert.deepEqual(changes, [DELETION, AGAIN]);
});

Deno.test("addresses that come, or go from other nodes, are not asked about", async () => {
  const others = [
    `02:00:00:00:00:02 dev ${PORT} master kt-net1-ntwork `,
    "Deleted 02:00:00:00:00:03 dev net1-ntwork extern_learn master kt-net1-ntwork ",
    "Deleted 02:00:00:00:00:04 dev net1-ntwork master kt-net1-ntwork ",
    `Deleted 02:00:00:00:00:05 dev net1-ntwork dst ${VTEP} self extern_learn `,
  ];
  assert.deepEqual(await changesAfter([...others, GONE], { vtep: VTEP }), [DELETION]);
});

Deno.test("where the monitor has missed some, those that only the VXLAN device knows are removed", async () => {
  const own = (mac: string) => `${mac} dev net1-ntwork dst ${VTEP} self extern_learn `;
  const [MISSED, LOCAL, REMOTE] = [6, 7, 8].map((number) => `02:00:00:00:00:0${number}`);
  const listed = [
    `${LOCAL} dev ${PORT} master kt-net1-ntwork `,
    `${REMOTE} dev net1-ntwork extern_learn master kt-net1-ntwork `,
    `00:00:00:00:00:00 dev net1-ntwork dst ${VTEP} self permanent`,
    `33:33:00:00:00:01 dev ${PORT} self permanent`,
    ...[MISSED, LOCAL, REMOTE].map((mac) => own(mac!)),
  ];
  const changes = await changesAfter([GONE], { vtep: VTEP }, () => {}, listed);
  assert.deepEqual(changes, [DELETION, DELETION.replace(MAC, MISSED!)]);
});
