// What FRR's relay holds back of bgpd's words, asked of the relay's own program.
import assert from "node:assert/strict";
import { run } from "../../shared/process/exec.ts";
import { withConstants } from "../../shared/process/script.ts";
import relay from "./relay.py" with { type: "text" };

// What takes the place of `main()`: node 1 withdraws one address, and node 2 more than are held.
const WITHDRAW = `
MOST_HELD = 1000
GRACE = 120

def withdraw(node, number):
    body = MAC.pack(10, number.to_bytes(6, "big"), 0) + bytes([10, 99, 0, node])
    return HEADER.pack(HEADER.size + len(body), *FRAME, 0, 7) + body

withdrawals = Withdrawals({7: MAC_DELETE})
print(len(withdrawals.take(withdraw(1, 0), 0)))
passed = [len(withdrawals.take(withdraw(2, number), 0)) for number in range(1, 2001)]
print(sum(passed), max(passed), len(withdrawals.held))
print(withdrawals.take_due(0.5), len(withdrawals.take_due(1)))
`;

Deno.test("a node that withdraws without end has its own words passed on, and nobody else's", async () => {
  // In a folder that is not there, nothing can be written.
  const file = "/nowhere/file";
  const constants = { AWAY_FILE: file, RELAY_SOCKET: file, ZEBRA_SOCKET: file };
  const numbers = { NODE_GRACE: 120, NODES_VNI: 1 };
  const program = withConstants(relay, { ...constants, ...numbers }).replace(
    /\nmain\(\)\n$/,
    WITHDRAW,
  );
  assert.ok(program.endsWith(WITHDRAW));
  const done = await run({ argv: ["python3", "-I", "-S", "-c", program] });
  assert.equal(done.reason, "success", done.stderr);
  // The first is held; of node 2 all but the last are passed on, 999 at a time.
  assert.equal(done.stdout, "0\n1998 999 3\n[] 3\n");
});
