// The manager's view port: who may ask it, how others are refused, and what slow clients cost.
import assert from "node:assert/strict";
import { converse } from "../../shared/process/exec.ts";
import { type Node, workerAddress } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { NOT_SERVED, probe } from "../fixture/manager.ts";
import { addPod } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { startResidentNode } from "../fixture/resident_node.ts";
import { PC1 } from "../fixture/two_pods.ts";
import { askView, VIEW_PORT, type ViewRequest } from "../fixture/view.ts";

const TOKEN = "a-token-of-this-test";
const OUTSIDE = workerAddress(0);
const MOUNTS = "/etc/megalos";

const statusOf = async (node: Node, request: ViewRequest = {}) =>
  (await askView(node, request)).status;

/** /etc/megalos of the node, as a folder of the node's own. */
const furnish = (node: Node) =>
  node.must("sh", "-c", 'mkdir -p "$1" && mount -t tmpfs tmpfs "$1"', "sh", MOUNTS);

testAsRoot("without a token the node alone may ask, and refusals are problems", async () => {
  await using worker = await startResidentNode();
  const { node, manager } = worker;
  const { status, headers, body } = await askView(node);
  assert.equal(status, 200, body);
  assert.equal(headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
  assert.match(body, /^megalos_build_info\{version="[^"]+",runtime="[^"]+",role="worker"\} 1$/m);
  await manager.logged(
    /info \/metrics and the map are served at port 9472 to this machine alone$/m,
  );
  assert.equal(await statusOf(node, { address: "::1" }), 200);
  assert.equal(await statusOf(node, { address: OUTSIDE }), 0);
  assert.equal(await statusOf(node, { host: "localhost:9472" }), 200);
  assert.equal(await statusOf(node, { host: "[::1]:9472" }), 200);

  const refused: readonly [ViewRequest, number, string][] = [
    [{ path: "/elsewhere" }, 404, "Not Found"],
    [{ method: "POST" }, 405, "Method Not Allowed"],
    [{ host: "evil.example" }, 403, "Forbidden"],
    [{ path: `/${"x".repeat(9_000)}` }, 431, "Request Header Fields Too Large"],
    [{ method: "TOOLONGAMETHOD" }, 400, "Bad Request"],
  ];
  for (const [request, status, title] of refused) {
    const answer = await askView(node, request);
    assert.equal(answer.status, status, answer.body);
    assert.equal(answer.headers["content-type"], "application/problem+json");
    const { detail, ...problem } = JSON.parse(answer.body);
    assert.deepEqual(problem, { type: "about:blank", title, status });
    assert.ok(typeof detail === "string" && detail !== "");
  }
  assert.equal((await askView(node, { method: "POST" })).headers.allow, "GET, HEAD");
  const head = await askView(node, { method: "HEAD" });
  assert.deepEqual([head.status, head.body], [200, ""]);
  // The probes' port has its own paths alone.
  assert.equal(await probe(node, "/metrics"), NOT_SERVED);
  assert.equal(await statusOf(node, { path: "/healthz" }), 404);
});

testAsRoot("with a token whoever knows it may ask from anywhere, and nobody else", async () => {
  await using worker = await startResidentNode({ settings: { MEGALOS_HTTP_TOKEN: TOKEN } });
  const { node, manager } = worker;
  for (const address of [OUTSIDE, "127.0.0.1"]) {
    assert.equal(await statusOf(node, { address, token: TOKEN }), 200);
    assert.equal(await statusOf(node, { address, token: TOKEN, host: "megalos.example" }), 200);
    for (const token of [undefined, `${TOKEN}x`, TOKEN.slice(1), ""]) {
      const answer = await askView(node, { address, ...(token !== undefined && { token }) });
      assert.equal(answer.status, 401, `${token}`);
      assert.equal(answer.headers["www-authenticate"], 'Bearer realm="megalos"');
      assert.equal(JSON.parse(answer.body).title, "Unauthorized");
    }
    // Whoever may not ask is not told which paths there are.
    assert.equal(await statusOf(node, { address, path: "/elsewhere" }), 401);
  }
  await manager.logged(
    /\/metrics and the map are served at port 9472 to everybody who reaches it, with a token$/m,
  );
  assert.ok(!manager.log.includes(TOKEN), manager.log);
});

testAsRoot("a token in a file is followed, and a wrong one changes nothing", async () => {
  const file = `${MOUNTS}/http/token`;
  await using worker = await startResidentNode({
    before: furnish,
    settings: { MEGALOS_HTTP_TOKEN_FILE: file },
  });
  const { node, manager } = worker;
  const write = (text: string) =>
    node.must("sh", "-c", 'mkdir -p "${1%/*}" && printf %s "$2" >"$1"', "sh", file, text);
  const becomes = (request: ViewRequest, status: number) =>
    eventually(
      async () => await statusOf(node, request) === status,
      20,
      () => `${JSON.stringify(request)} is not answered by ${status}\n${manager.log}`,
    );
  assert.equal(await statusOf(node), 200);
  assert.equal(await statusOf(node, { address: OUTSIDE }), 0);
  await write(`${TOKEN}\n`);
  await becomes({ address: OUTSIDE, token: TOKEN }, 200);
  assert.equal(await statusOf(node), 401);
  await write("short");
  await manager.logged(/warn Cannot serve the view: the token in \S+ is not usable; it must be 16/);
  assert.equal(await statusOf(node, { address: OUTSIDE, token: TOKEN }), 200);
  assert.equal(await statusOf(node, { address: OUTSIDE, token: "short" }), 401);
  await write("another-token-of-this-test");
  await becomes({ address: OUTSIDE, token: "another-token-of-this-test" }, 200);
  assert.equal(await statusOf(node, { address: OUTSIDE, token: TOKEN }), 401);
  await node.must("rm", file);
  await becomes({ address: OUTSIDE }, 0);
  await becomes({}, 200);
});

testAsRoot("MEGALOS_METRICS=open opens /metrics to all, and nothing else", async () => {
  await using worker = await startResidentNode({ settings: { MEGALOS_METRICS: "open" } });
  const { node } = worker;
  assert.equal(await statusOf(node, { address: OUTSIDE }), 200);
  assert.equal(await statusOf(node, { address: OUTSIDE, host: "w1.example:9472" }), 200);
  assert.equal(await statusOf(node, { address: OUTSIDE, path: "/elsewhere" }), 403);
  assert.equal(await statusOf(node, { path: "/elsewhere" }), 404);
  await worker.manager.end("TERM");
  await worker.restart({ MEGALOS_HTTP_TOKEN: TOKEN });
  assert.equal(await statusOf(node, { address: OUTSIDE }), 200);
  assert.equal(await statusOf(node, { path: "/elsewhere" }), 401);
});

testAsRoot("a certificate of a mounted folder is served, and a new one is taken over", async () => {
  const dir = `${MOUNTS}/tls`;
  const certify = (node: Node, name: string) =>
    // deno-fmt-ignore
    node.must("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
      "-nodes", "-subj", `/CN=${name}`, "-days", "1",
      "-keyout", `${dir}/tls.key`, "-out", `${dir}/tls.crt`);
  await using worker = await startResidentNode({
    before: furnish,
    settings: { MEGALOS_HTTP_TLS: dir, MEGALOS_HTTP_TOKEN: TOKEN },
  });
  const { node, manager } = worker;
  // Never in clear, because a certificate is missing.
  await manager.logged(/warn Cannot serve the view: .*tls\.(crt|key)/);
  assert.equal(await statusOf(node, { token: TOKEN }), 0);
  const subject = async () => {
    const script = `openssl s_client -connect 127.0.0.1:${VIEW_PORT} </dev/null 2>/dev/null`;
    const { stdout } = await node.run(["sh", "-c", script]);
    return /subject=CN = (\S+)/.exec(stdout)?.[1];
  };
  await node.must("mkdir", dir);
  for (const name of ["first", "second"]) {
    await certify(node, name);
    await eventually(async () => await subject() === name, 20, () => manager.log);
    assert.equal(await statusOf(node, { isTls: true, token: TOKEN, address: OUTSIDE }), 200);
    assert.equal(await statusOf(node, { isTls: true }), 401);
  }
  assert.equal(await statusOf(node, { token: TOKEN }), 0);
});

// Opens connections until its input ends; each sends a part of a request, and no more of it.
const HOLD = `
import socket, sys
held = []
for _ in range(int(sys.argv[1])):
    one = socket.create_connection(("127.0.0.1", ${VIEW_PORT}), 10)
    one.sendall(b"GET /metrics HTTP/1.1\\r\\nx: ")
    held.append(one)
print("held", flush=True)
sys.stdin.read()
`;

testAsRoot("1,000 slow clients hurt no probe, no call and no scrape", async () => {
  await using worker = await startResidentNode();
  const { node, manager } = worker;
  await node.must("prlimit", "--pid", manager.pid, "--nofile=1024:");
  const argv = [...node.enter, "prlimit", "--nofile=4096:", "python3", "-c", HOLD, "1000"] as const;
  const talk = converse({ argv, timeoutMs: 120_000 });
  assert.equal(await talk?.readLine("stdout"), "held");
  assert.equal(await probe(node, "/healthz"), "200 ok");
  await addPod(node, PC1);
  assert.equal(await statusOf(node), 200);
  const files = (await node.must("ls", `/proc/${manager.pid}/fd`)).trim().split("\n");
  assert.ok(files.length < 200, `${files.length} files are open`);
  await talk?.end();
  assert.equal(await statusOf(node), 200);
});

testAsRoot(
  "a view port that another program has stops nothing, and is taken when free",
  async () => {
    const listen = `import socket, sys
one = socket.create_server(("127.0.0.1", ${VIEW_PORT}))
other = socket.create_server(("::1", ${VIEW_PORT}), family=socket.AF_INET6)
print("taken", flush=True)
sys.stdin.read()`;
    let end = () => Promise.resolve();
    await using worker = await startResidentNode({
      async before(node) {
        const talk = converse({
          argv: [...node.enter, "python3", "-c", listen],
          timeoutMs: 120_000,
        });
        assert.equal(await talk?.readLine("stdout"), "taken");
        end = async () => void await talk?.end();
      },
    });
    const { node, manager } = worker;
    await manager.logged(/warn Cannot serve the view: Cannot serve HTTP on port 9472: /);
    await addPod(node, PC1);
    assert.equal(await probe(node, "/healthz"), "200 ok");
    await end();
    await manager.logged(/info works again: serve the view$/m);
    assert.equal(await statusOf(node), 200);
  },
);

/** What the map's stream says on one connection, until it matches; then the connection is kept. */
const WATCH = `
import socket, sys
number, pattern = int(sys.argv[1]), sys.argv[2].encode()
held = []
for _ in range(number):
    one = socket.create_connection(("127.0.0.1", ${VIEW_PORT}), 10)
    one.settimeout(60)
    one.sendall(b"GET /events HTTP/1.1\\r\\nhost: localhost\\r\\n\\r\\n")
    said = b""
    while pattern not in said:
        part = one.recv(65536)
        if part == b"":
            break
        said += part
    print(said.split(b"\\r\\n")[0].decode(), flush=True)
    held.append(one)
sys.stdin.read()
`;

testAsRoot(
  "the map is a page without secrets, and who watches it takes nobody's place",
  async () => {
    await using worker = await startResidentNode();
    const { node, manager } = worker;
    const page = await askView(node, { path: "/" });
    assert.equal(page.status, 200, page.body);
    assert.equal(page.headers["content-type"], "text/html; charset=utf-8");
    assert.equal(
      page.headers["content-security-policy"],
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
        "require-trusted-types-for 'script'",
    );
    assert.equal(page.headers["x-content-type-options"], "nosniff");
    assert.equal(page.headers["referrer-policy"], "no-referrer");
    // The policy takes no script and no style that is within the page.
    assert.doesNotMatch(page.body, /<style|style=|<script(?! type="module" src=)| on\w+=/);
    const head = await askView(node, { path: "/events", method: "HEAD" });
    assert.deepEqual([head.status, head.headers["content-type"]], [200, "text/event-stream"]);
    assert.equal(await statusOf(node, { path: "/", address: OUTSIDE }), 0);
    assert.equal(await statusOf(node, { path: "/", host: "evil.example" }), 403);

    // As many as may watch, and one more.
    const argv = [...node.enter, "python3", "-c", WATCH, "17", "event: counts"] as const;
    const talk = converse({ argv, timeoutMs: 240_000 });
    const answers = [];
    for (let at = 0; at < 17; at++) answers.push(await talk?.readLine("stdout"));
    assert.deepEqual(answers, [
      ...Array.from({ length: 16 }, () => "HTTP/1.1 200 OK"),
      "HTTP/1.1 503 Service Unavailable",
    ]);
    assert.equal(await statusOf(node), 200);
    assert.equal(await probe(node, "/healthz"), "200 ok");
    await talk?.end();
    // Those who have gone make room.
    await eventually(
      async () => {
        const again = converse({
          argv: [...node.enter, "python3", "-c", WATCH, "1", "event: snapshot"],
          timeoutMs: 60_000,
        });
        const answer = await again?.readLine("stdout");
        await again?.end();
        return answer === "HTTP/1.1 200 OK";
      },
      30,
      () => manager.log,
    );
  },
);

testAsRoot(
  "with a token the page is for all, and what it shows for who knows the token",
  async () => {
    await using worker = await startResidentNode({ settings: { MEGALOS_HTTP_TOKEN: TOKEN } });
    const { node } = worker;
    for (const path of ["/", "/map.css", "/map.svg"]) {
      const { status, body } = await askView(node, { path, address: OUTSIDE });
      assert.equal(status, 200, path);
      assert.ok(!body.includes(TOKEN));
    }
    assert.equal(await statusOf(node, { path: "/events", address: OUTSIDE }), 401);
    assert.equal(await statusOf(node, { path: "/events", method: "HEAD", token: TOKEN }), 200);
    assert.equal(await statusOf(node, { path: "/", method: "POST" }), 405);
  },
);
