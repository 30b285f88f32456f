// The settings' schema: defaults, what is refused, and whose word counts.
import assert from "node:assert/strict";
import { type Given, readSettings, SettingsError, SOURCES } from "./settings.ts";

const WORKER = { KATHARA_MASTER_SERVICE_HOST: "10.0.0.1" };

/** Reads with these variables. */
function read(env: Record<string, string>, flags: Given = {}) {
  return readSettings(flags, (name) => env[name]);
}

/** What is said to be wrong; empty when nothing is. */
function wrongOf(env: Record<string, string>, flags?: Given): readonly string[] {
  try {
    read(env, flags);
    return [];
  } catch (error) {
    assert.ok(error instanceof SettingsError, `${error}`);
    return error.wrong;
  }
}

Deno.test("without settings, a worker has the documented defaults", () => {
  assert.deepEqual(read(WORKER), {
    role: "worker",
    nodeIp: undefined,
    underlay: undefined,
    nodeName: undefined,
    reflectors: ["10.0.0.1"],
    bgpPassword: undefined,
    bgpPasswordFile: undefined,
    passwordDelay: 150,
    nodeNetworks: ["0.0.0.0/0", "::/0"],
    frrMemory: 1024,
    maxRoutes: 20_000,
    cniBinDir: "/host/opt/cni/bin",
    as: 65000,
    vxlanPort: 4789,
    mtu: undefined,
    httpPort: 9470,
    httpListen: "loopback",
    viewPort: 9472,
    httpToken: undefined,
    httpTokenFile: undefined,
    httpTls: undefined,
    metrics: "guarded",
    grace: 30,
    nodeGrace: 120,
    vtepFilter: "on",
    maxMacs: 4096,
    maxNodeMacs: 8192,
    maxPorts: 3000,
    stormLimit: 2000,
    neighbours: 16_384,
    backlog: 16_384,
    moveHints: "on",
    ttlSecurity: 0,
    reconcile: 5,
    log: "text",
    logLevel: "info",
    frr: "start",
    launcher: "on",
  });
});

const VALUES: readonly { name: string; right: readonly string[]; wrong: readonly string[] }[] = [
  {
    name: "NODE_IP",
    right: ["10.0.0.2", "fd00::2"],
    wrong: ["10.0.0", "10.0.0.256", "fd00:::2", "node1", "10.0.0.2/24", " 10.0.0.2"],
  },
  {
    name: "MEGALOS_UNDERLAY",
    right: ["wg0", "bond0.10", "x".repeat(15)],
    wrong: ["wg 0", "a/b", "x".repeat(16), "eth0:1"],
  },
  {
    name: "NODE_NAME",
    right: ["w1", "node-1.example", "x".repeat(253)],
    wrong: ["a b", "a\u001b[2J", "a/b"],
  },
  {
    name: "KATHARA_MASTER_SERVICE_HOST",
    right: ["10.0.0.2", "fd00::2"],
    wrong: ["reflector.example", "10.0.0.2:179"],
  },
  {
    name: "MEGALOS_ROUTE_REFLECTORS",
    right: [
      ...["10.0.0.2", "10.0.0.2, fd00::2", "rr-1.kube-system.svc,rr2", "localhost."],
      ...["rr/10.0.0.2", "rr.example/fd00::2,rr2/10.0.0.3,10.0.0.4"],
    ],
    wrong: [
      ...["10.0.0.256", "10.0.0.2,", ",", "10.0.0.2:179", "a b", "-a", "$(OTHER_SERVICE_HOST)"],
      ...["rr/", "/10.0.0.2", "rr/rr2", "10.0.0.2/10.0.0.3", "rr/10.0.0.2/10.0.0.3"],
      "rr/$(OTHER_SERVICE_HOST)",
    ],
  },
  { name: "CNI_BIN_DIR", right: ["/", "/opt/cni bin"], wrong: ["opt/cni/bin", "./bin"] },
  {
    name: "BGP_AS",
    right: ["1", "65000", "4294967294"],
    wrong: ["0", "4294967295", "-1", "1.1", "0x10", "1e3", "65000 ", "99999999999"],
  },
  {
    name: "MEGALOS_BGP_PASSWORD_FILE",
    right: ["/etc/megalos/bgp", "/etc/megalos/bgp/password"],
    wrong: ["/etc/passwd", "password", "/etc/megalos/"],
  },
  { name: "MEGALOS_BGP_PASSWORD_DELAY", right: ["1", "3600"], wrong: ["0", "soon"] },
  {
    name: "MEGALOS_NODE_NETWORKS",
    right: ["10.0.0.0/16", "10.0.0.1, fd00::/64", "0.0.0.0/0"],
    wrong: ["10.0.0.0/33", "10.0.0.0/16,", "nodes", "10.0.0.0-10.0.0.9"],
  },
  { name: "MEGALOS_MAX_ROUTES", right: ["1", "20000"], wrong: ["0", "many", "10000001"] },
  { name: "MEGALOS_BGP_TTL_SECURITY", right: ["0", "1", "254"], wrong: ["-1", "255", "on"] },
  { name: "MEGALOS_FRR_MEMORY", right: ["64", "1024"], wrong: ["63", "1Gi", "1048577"] },
  { name: "MEGALOS_VXLAN_PORT", right: ["1", "65535"], wrong: ["0", "65536", "vxlan"] },
  { name: "MEGALOS_MTU", right: ["576", "9000"], wrong: ["575", "65536", "big"] },
  { name: "MEGALOS_HTTP_PORT", right: ["1", "65535"], wrong: ["0", "65536", "http"] },
  { name: "MEGALOS_HTTP_LISTEN", right: ["loopback", "all"], wrong: ["::", "127.0.0.1"] },
  { name: "MEGALOS_NODE_GRACE", right: ["0", "86400"], wrong: ["-1", "86401", "2m"] },
  { name: "MEGALOS_VIEW_PORT", right: ["1", "65535"], wrong: ["0", "65536", "view"] },
  {
    name: "MEGALOS_HTTP_TOKEN_FILE",
    right: ["/etc/megalos/token", "/etc/megalos/http/token"],
    wrong: ["/etc/passwd", "token", "/etc/megalos/"],
  },
  { name: "MEGALOS_HTTP_TLS", right: ["/etc/megalos/tls"], wrong: ["/etc/ssl", "on"] },
  { name: "MEGALOS_METRICS", right: ["guarded", "open"], wrong: ["on", "Open"] },
  { name: "MEGALOS_EMPTY_LAN_GRACE", right: ["0", "86400"], wrong: ["-1", "86401", "30s"] },
  { name: "MEGALOS_VTEP_FILTER", right: ["on", "off"], wrong: ["On", "no"] },
  { name: "MEGALOS_MAX_NODE_MACS", right: ["0", "1000000"], wrong: ["-1", "1000001", "many"] },
  { name: "MEGALOS_MAX_MACS", right: ["0", "1000000"], wrong: ["-1", "1000001", "many"] },
  { name: "MEGALOS_MAX_PORTS", right: ["0", "1000000"], wrong: ["-1", "1000001", "6k"] },
  { name: "MEGALOS_STORM_LIMIT", right: ["0", "1000000"], wrong: ["-1", "1000001", "1k"] },
  { name: "MEGALOS_NEIGHBOURS", right: ["0", "1000000"], wrong: ["-1", "1000001", "16k"] },
  { name: "MEGALOS_BACKLOG", right: ["0", "1000000"], wrong: ["-1", "1000001", "16k"] },
  { name: "MEGALOS_MOVE_HINTS", right: ["on", "off"], wrong: ["On", "yes"] },
  { name: "MEGALOS_RECONCILE", right: ["1", "3600"], wrong: ["0", "3601", "often"] },
  { name: "MEGALOS_LAUNCHER", right: ["on", "off"], wrong: ["On", "true"] },
  { name: "MEGALOS_LOG", right: ["text", "json"], wrong: ["JSON", "yaml"] },
  {
    name: "MEGALOS_LOG_LEVEL",
    right: ["debug", "info", "warn", "error"],
    wrong: ["Info", "warning", "trace"],
  },
  { name: "MEGALOS_FRR", right: ["start", "wait"], wrong: ["Start", "no"] },
  {
    name: "IS_CONTROL_PLANE",
    right: ["true", "True", "1", "yes", "false", "FALSE", "0", "no", ""],
    wrong: ["perhaps", "2", "on"],
  },
];

for (const { name, right, wrong } of VALUES) {
  Deno.test(`${name}: values that are accepted and refused`, () => {
    for (const value of right) assert.deepEqual(wrongOf({ ...WORKER, [name]: value }), [], value);
    for (const value of wrong) {
      const [line, ...others] = wrongOf({ ...WORKER, [name]: value });
      assert.ok(line?.startsWith(`${name} is ${JSON.stringify(value)}; it must be `), line);
      assert.deepEqual(others, []);
    }
  });
}

Deno.test("MEGALOS_BGP_PASSWORD: a wrong one is refused, and not told", () => {
  for (const right of ["s3cret!", "x".repeat(80)]) {
    assert.equal(read({ ...WORKER, MEGALOS_BGP_PASSWORD: right }).bgpPassword, right);
  }
  for (const wrong of ["two words", "x".repeat(81), "pässword", "a\n"]) {
    const [line, ...others] = wrongOf({ ...WORKER, MEGALOS_BGP_PASSWORD: wrong });
    assert.match(line!, /^MEGALOS_BGP_PASSWORD is not usable; it must be 1 to 80 printable/);
    assert.ok(!line!.includes(wrong) && others.length === 0, line);
  }
});

Deno.test("MEGALOS_HTTP_TOKEN: a wrong one is refused, and not told", () => {
  for (const right of ["0123456789abcdef", "x".repeat(256), "a-._~+/b-0123456789=="]) {
    assert.equal(read({ ...WORKER, MEGALOS_HTTP_TOKEN: right }).httpToken, right);
  }
  for (
    const wrong of ["0123456789abcde", "x".repeat(257), "two words of a token", "=".repeat(20)]
  ) {
    const [line, ...others] = wrongOf({ ...WORKER, MEGALOS_HTTP_TOKEN: wrong });
    assert.match(line!, /^MEGALOS_HTTP_TOKEN is not usable; it must be 16 to 256 letters/);
    assert.ok(!line!.includes(wrong) && others.length === 0, line);
  }
});

Deno.test("two ports are two", () => {
  assert.deepEqual(wrongOf({ ...WORKER, MEGALOS_VIEW_PORT: "9470" }), [
    'MEGALOS_VIEW_PORT is "9470"; it must be another port than MEGALOS_HTTP_PORT',
  ]);
});

Deno.test("the list of reflectors stands in place of the one address", () => {
  const list = { MEGALOS_ROUTE_REFLECTORS: "10.0.0.2, rr.example" };
  assert.deepEqual(read({ ...WORKER, ...list }).reflectors, ["10.0.0.2", "rr.example"]);
  assert.deepEqual(read(list).reflectors, ["10.0.0.2", "rr.example"]);
  assert.deepEqual(read({ IS_CONTROL_PLANE: "1" }).reflectors, []);
});

Deno.test("every setting has its row above", () => {
  const tested = new Set([
    ...VALUES.map(({ name }) => name),
    "MEGALOS_BGP_PASSWORD",
    "MEGALOS_HTTP_TOKEN",
  ]);
  assert.deepEqual(
    Object.values(SOURCES).map(({ env }) => env).filter((env) => !tested.has(env)),
    [],
  );
});

Deno.test("all that is wrong is named at once, a missing reflector and the role included", () => {
  const numbers = VALUES.filter(({ name }) => name !== "IS_CONTROL_PLANE");
  const env = Object.fromEntries(numbers.map(({ name, wrong }) => [name, wrong[0]!]));
  assert.equal(wrongOf({ ...env, IS_CONTROL_PLANE: "perhaps" }).length, numbers.length + 1);
  assert.deepEqual(wrongOf({ BGP_AS: "x" }).map((line) => line.split(" ")[0]), [
    "BGP_AS",
    "KATHARA_MASTER_SERVICE_HOST",
  ]);
});

Deno.test("the message of many wrong settings names the first, and how many more there are", () => {
  const long = "x".repeat(200);
  const values = VALUES.filter(({ name }) => name !== "IS_CONTROL_PLANE");
  for (let count = 1; count <= values.length; count++) {
    const given = Object.fromEntries(values.slice(-count).map(({ name }) => [name, long]));
    assert.throws(() => read({ ...WORKER, ...given }), ({ message, wrong }: SettingsError) => {
      assert.ok(message.length <= 300, `${count}: ${message.length} characters`);
      const [, more = 0] = /; and (\d+) more$/.exec(message) ?? [];
      const named = wrong.filter((line) => message.includes(line));
      assert.ok(named.length >= 1 && named.length + Number(more) === wrong.length, message);
      return true;
    });
  }
});

Deno.test("a command, else IS_CONTROL_PLANE, sets the role; a reflector needs no reflector", () => {
  const roles = { true: "route-reflector", "1": "route-reflector", yes: "route-reflector" };
  for (const [value, role] of Object.entries(roles)) {
    assert.equal(read({ IS_CONTROL_PLANE: value }).role, role);
  }
  for (const value of ["", "false", "0", "No"]) {
    assert.equal(read({ ...WORKER, IS_CONTROL_PLANE: value }).role, "worker");
  }
  const env = (name: string) => ({ ...WORKER, IS_CONTROL_PLANE: "true" } as Given)[name as never];
  assert.equal(readSettings({}, env, "worker").role, "worker");
});

Deno.test("a flag beats its variable unless it is empty; a wrong flag has no fallback", () => {
  assert.equal(read({ ...WORKER, BGP_AS: "1" }, { as: "2" }).as, 2);
  assert.equal(read({ ...WORKER, BGP_AS: "1" }, { as: "" }).as, 1);
  assert.equal(read({ ...WORKER, BGP_AS: "" }).as, 65000);
  assert.equal(wrongOf({ ...WORKER, BGP_AS: "1" }, { as: "x" }).length, 1);
  assert.equal(wrongOf({ KATHARA_MASTER_SERVICE_HOST: "" }).length, 1);
});
