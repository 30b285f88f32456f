// Any bytes at a port for lines, and any answer to a call: one answer or one clear error.
import assert from "node:assert/strict";
import { fuzzOpened, mayRefuse } from "../../tests/fixture/fuzz.ts";
import { ask, assertOneAnswer, sendParts } from "../../tests/fixture/http_asker.ts";
import { answered, plainRequest, sent } from "../../tests/fixture/http_bytes.ts";
import { acceptLines } from "./accept_lines.ts";
import { callLine } from "./call_line.ts";
import { CLOSE } from "./frames.ts";
import type { Line, Pace } from "./line.ts";

const PACE: Pace = { most: 10_000, bytesPerSecond: 1e9, messagesPerSecond: 1e9 };

/** The longest request, in bytes. */
const MOST_BYTES = 8_192;

/** A port that says to each text that it has come. */
const openPort = () =>
  acceptLines({ hostname: "127.0.0.1", port: 0 }, {
    refuse: ({ path }) => path === "/uplink" ? undefined : { status: 404, why: "not here" },
    async serve(line, known) {
      while (await line.next(PACE) !== undefined) {
        known();
        line.send("heard");
      }
    },
  });

const GOOD = plainRequest(
  "/uplink",
  ...["upgrade: websocket", "sec-websocket-version: 13"],
  "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==",
);

fuzzOpened("any bytes at a port for lines", openPort, sent, async (one, { port }) => {
  const text = await ask(port, one);
  const bytes = await new Blob([...one.parts]).bytes();
  const said = new TextDecoder("latin1").decode(bytes.subarray(0, MOST_BYTES + 1));
  const isWhole = said.includes("\r\n\r\n") || said.length > MOST_BYTES;
  if (isWhole && text !== undefined) assert.notEqual(assertOneAnswer(text), 500);
  else if (text !== undefined) assert.equal(text, "");
  assert.equal(assertOneAnswer(await ask(port, GOOD) ?? ""), 101);
}, 700);

fuzzOpened(
  "any answer to a call of a line",
  () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  answered,
  async (parts, listener) => {
    const { port } = listener.addr as Deno.NetAddr;
    const answering = (async () => {
      using connection = await listener.accept();
      await connection.read(new Uint8Array(MOST_BYTES));
      await sendParts(connection, parts).catch(() => {});
    })();
    let line: Line | undefined;
    await mayRefuse(async () => {
      const at = { hostname: "127.0.0.1", port, path: "/uplink" };
      line = await callLine(at, new AbortController().signal);
    });
    line?.close(CLOSE.normal, "");
    assert.equal(line, undefined, "nobody can know the answer to a key that is new");
    await answering;
  },
  700,
);
