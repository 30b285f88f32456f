// Who gets a WebSocket, and how others are refused: by problems, as at the other ports.
import assert from "node:assert/strict";
import { ByteReader } from "./byte_reader.ts";
import { readUpgrade, renderRefusal } from "./upgrade.ts";

const KEY = "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==";
const UPGRADE = ["upgrade: websocket", "sec-websocket-version: 13", KEY];

const REFUSED: readonly [what: string, lines: readonly string[], status: string][] = [
  ["no request", ["hello"], "400 Bad Request"],
  ["another method", ["POST /uplink HTTP/1.1", ...UPGRADE], "400 Bad Request"],
  ["a page", ["GET /uplink HTTP/1.1", ...UPGRADE, "origin: http://x"], "403 Forbidden"],
  ["a plain request", ["GET /uplink HTTP/1.1"], "426 Upgrade Required"],
  ["too much", [`GET /${"x".repeat(9_000)} HTTP/1.1`, ...UPGRADE], "400 Bad Request"],
];

function read(lines: readonly string[]) {
  let rest = new TextEncoder().encode(lines.map((line) => `${line}\r\n`).join("") + "\r\n");
  const source = {
    read(into: Uint8Array) {
      const part = rest.subarray(0, into.length);
      into.set(part);
      rest = rest.subarray(part.length);
      return Promise.resolve(part.length === 0 ? null : part.length);
    },
  };
  return readUpgrade(new ByteReader(source));
}

for (const [what, lines, status] of REFUSED) {
  Deno.test(`${what} is refused by a problem: ${status}`, async () => {
    const refusal = await read(lines);
    assert.ok("status" in refusal, JSON.stringify(refusal));
    const [head = "", body = ""] = renderRefusal(refusal).split("\r\n\r\n");
    const [first, ...headers] = head.split("\r\n");
    assert.equal(first, `HTTP/1.1 ${status}`);
    assert.ok(headers.includes("content-type: application/problem+json"), head);
    assert.ok(headers.includes(`content-length: ${new TextEncoder().encode(body).length}`), head);
    assert.equal(headers.includes("upgrade: websocket"), status.startsWith("426"));
    const { type, title, status: code, detail } = JSON.parse(body);
    assert.deepEqual([type, `${code} ${title}`, detail], ["about:blank", status, refusal.why]);
  });
}

Deno.test("a request for a WebSocket is taken", async () => {
  const upgrade = await read(["GET /uplink HTTP/1.1", ...UPGRADE]);
  assert.ok("key" in upgrade && upgrade.path === "/uplink", JSON.stringify(upgrade));
});
