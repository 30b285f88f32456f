// Who may ask the view's port, as a table.
import assert from "node:assert/strict";
import { type Asker, refuse } from "./access.ts";

const TOKEN = "0123456789abcdef";
const HERE: Asker = { from: "127.0.0.1", authorization: null, host: "localhost:9472" };
const AWAY: Asker = { ...HERE, from: "10.0.0.7", host: "10.0.0.1:9472" };
const knowing = (authorization: string): Asker => ({ ...AWAY, authorization });

const CASES: readonly [string, Asker, string | undefined, boolean, 401 | 403 | undefined][] = [
  ["the node itself, without a token", HERE, undefined, false, undefined],
  ["the node itself over IPv6", { ...HERE, from: "::1" }, undefined, false, undefined],
  [
    "an IPv4 address of a socket of both",
    { ...HERE, from: "::ffff:127.0.0.1" },
    undefined,
    false,
    undefined,
  ],
  ["an old client without a host", { ...HERE, host: null }, undefined, false, undefined],
  ["a name that leads here", { ...HERE, host: "evil.example" }, undefined, false, 403],
  [
    "a name that looks like an address",
    { ...HERE, host: "127.0.0.1.evil.example" },
    undefined,
    false,
    403,
  ],
  ["somebody else", AWAY, undefined, false, 403],
  [
    "somebody else who looks like this machine",
    { ...AWAY, from: "1127.0.0.1" },
    undefined,
    false,
    403,
  ],
  ["somebody else who asks for what is open", AWAY, undefined, true, undefined],
  ["the node itself, where a token is set", HERE, TOKEN, false, 401],
  ["the token", knowing(`Bearer ${TOKEN}`), TOKEN, false, undefined],
  [
    "the token, behind a scheme in small letters",
    knowing(`bearer ${TOKEN}`),
    TOKEN,
    false,
    undefined,
  ],
  ["the token behind another scheme", knowing(`Basic ${TOKEN}`), TOKEN, false, 401],
  ["the token alone", knowing(TOKEN), TOKEN, false, 401],
  ["a part of the token", knowing(`Bearer ${TOKEN.slice(0, -1)}`), TOKEN, false, 401],
  ["more than the token", knowing(`Bearer ${TOKEN}0`), TOKEN, false, 401],
  ["no token where one is set, for what is open", AWAY, TOKEN, true, undefined],
];

for (const [who, asker, token, isOpen, status] of CASES) {
  Deno.test(`${who}: ${status ?? "may ask"}`, () => {
    const refusal = refuse(asker, token, isOpen);
    assert.equal(refusal?.status, status);
    assert.ok(!refusal?.detail.includes(TOKEN));
  });
}
