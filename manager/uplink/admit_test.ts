// Who is taken: who proves the password, or has a session where there is none.
import assert from "node:assert/strict";
import { admit } from "./admit.ts";
import { makeNonce, prove, verify } from "./proof.ts";

const [reflectorNonce, workerNonce] = [makeNonce(), makeNonce()];
const claim = { prover: "worker", node: "w1", reflectorNonce, workerNonce } as const;

async function ask(
  passwords: readonly (string | undefined)[],
  isEstablished: boolean,
  known?: string,
  more: Partial<typeof claim> | { readonly prover: "reflector" } = {},
) {
  const proof = known === undefined ? {} : { proof: await prove(known, { ...claim, ...more }) };
  const hello = {
    type: "hello",
    protocol: 1,
    version: "0",
    node: "w1",
    nonce: workerNonce,
  } as const;
  return await admit({ ...hello, ...proof }, reflectorNonce, passwords, isEstablished);
}

Deno.test("a worker that knows the password is taken, and is answered with a proof", async () => {
  const { password, proof, why } = await ask(["s3cret"], false, "s3cret");
  assert.deepEqual([password, why], ["s3cret", undefined]);
  assert.ok(await verify("s3cret", { ...claim, prover: "reflector" }, proof!));
  assert.ok(!await verify("s3cret", claim, proof!));
});

Deno.test("while the password changes, the one that is wanted counts, too", async () => {
  assert.equal((await ask([undefined, "new"], false, "new")).password, "new");
  assert.equal((await ask(["old", "new"], false, "new")).password, "new");
  assert.deepEqual(await ask([undefined, "new"], true), {});
});

for (
  const [what, answer] of [
    ["another password", ask(["s3cret"], true, "other")],
    ["no proof", ask(["s3cret"], true)],
    ["a proof where there is no password", ask([undefined], true, "s3cret")],
    ["no session", ask([undefined], false)],
    ["the reflector's own proof", ask(["s3cret"], true, "s3cret", { prover: "reflector" })],
    ["a proof of another node", ask(["s3cret"], true, "s3cret", { node: "w2" as "w1" })],
    ["an earlier proof", ask(["s3cret"], true, "s3cret", { reflectorNonce: makeNonce() })],
  ] as const
) {
  Deno.test(`${what}: it is refused, and gets no proof`, async () => {
    const { why, proof, password } = await answer;
    assert.deepEqual([typeof why, proof, password], ["string", undefined, undefined]);
  });
}
