// Which texts are requests, and what is read of them.
import assert from "node:assert/strict";
import { parseRequest } from "./request.ts";

const READ: readonly [what: string, lines: readonly string[], headers: Record<string, string>][] = [
  ["blanks around a value", ["x: \t a b \t"], { x: "a b" }],
  ["no blank before a value", ["x:a"], { x: "a" }],
  ["an empty value", ["x:"], { x: "" }],
  ["a header twice", ["x: a", "X: b"], { x: "a, b" }],
  ["a byte of every kind but control characters", ["x: \x80\x9f\xff"], { x: "\x80\x9f\xff" }],
  ["blanks that are no blanks of HTTP", ["x: \xa0a\xa0"], { x: "\xa0a\xa0" }],
];
for (const [what, lines, headers] of READ) {
  for (const end of ["\r\n", "\n"]) {
    Deno.test(`${what} are read, lines end with ${JSON.stringify(end)}`, () => {
      const head = ["GET /a?b HTTP/1.1", ...lines, "", "body: c"].join(end);
      const request = parseRequest(head);
      assert.ok(request instanceof Request, head);
      assert.deepEqual([request.method, request.url], ["GET", "http://localhost/a?b"]);
      assert.deepEqual(Object.fromEntries(request.headers), headers);
    });
  }
}

const REFUSED: readonly [what: string, head: string, status: number][] = [
  ["nothing", "", 400],
  ["no version", "GET /\r\n\r\n", 400],
  ["another version", "GET / HTTP/2.0\r\n\r\n", 400],
  ["a target without a path", "GET http://x HTTP/1.1\r\n\r\n", 400],
  ["a host twice", "GET / HTTP/1.1\r\nhost: a\r\nHost: a\r\n\r\n", 400],
  ["a line that goes on", "GET / HTTP/1.1\r\nx: a\r\n b\r\n\r\n", 400],
  ["a blank before the colon", "GET / HTTP/1.1\r\nx : a\r\n\r\n", 400],
  ["a zero byte", "GET / HTTP/1.1\r\nx: a\0\r\n\r\n", 400],
  ["a bare CR", "GET / HTTP/1.1\r\nx: a\rb\r\n\r\n", 400],
  ["CONNECT", "CONNECT / HTTP/1.1\r\n\r\n", 501],
  ["TRACE", "TRACE / HTTP/1.1\r\n\r\n", 501],
  ["TRACK", "TRACK / HTTP/1.1\r\n\r\n", 501],
];
for (const [what, head, status] of REFUSED) {
  Deno.test(`${what}: ${status}`, () => {
    const refusal = parseRequest(head);
    assert.ok("why" in refusal, head);
    assert.equal(refusal.status, status);
  });
}
