// The built manager's command line: FRR's configuration as golden files, settings, and errors.
import assert from "node:assert/strict";
import { type Completed, describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { VERSION } from "../../shared/version.ts";
import { HOST_ARCH } from "../../tools/arch.ts";
import { programPath } from "../../tools/build.ts";
import { ROOT } from "../../tools/checkout.ts";

const MANAGER = programPath("manager", HOST_ARCH);
const GOLDEN = `${ROOT}/tests/golden/frr`;

const REFLECTOR = { NODE_IP: "10.99.0.1" };
const WORKER = { NODE_IP: "10.99.0.11", KATHARA_MASTER_SERVICE_HOST: "10.99.0.1" };
const RENDERED = [
  ["worker", WORKER, "worker.conf"],
  ["worker", { ...WORKER, BGP_AS: "4200000000" }, "worker-other-as.conf"],
  [
    "worker",
    { NODE_IP: "fd00::11", KATHARA_MASTER_SERVICE_HOST: "fd00::1" },
    "worker-ipv6.conf",
  ],
  [
    "worker",
    {
      NODE_IP: "10.99.0.11",
      MEGALOS_ROUTE_REFLECTORS: "10.99.0.2, 10.99.0.1",
      MEGALOS_BGP_PASSWORD: "s3cret!",
    },
    "worker-two-reflectors.conf",
  ],
  ["route-reflector", REFLECTOR, "route-reflector.conf"],
] as const;

for (const [role, env, golden] of RENDERED) {
  Deno.test(`render ${role} ${JSON.stringify(env)} is ${golden}`, async () => {
    const done = await manager(["render", role], env);
    assert.equal(done.stdout, await Deno.readTextFile(`${GOLDEN}/${golden}`), describe(done));
    assert.equal(done.reason, "success", describe(done));
  });
}

const vtysh = await run({ argv: ["vtysh", "--version"] });
const noVtysh = vtysh.reason === "not-found" ? " (cannot run: FRR is not installed)" : "";
for (const { name } of Deno.readDirSync(GOLDEN)) {
  const isBad = name.startsWith("bad-");
  Deno.test({
    name: `FRR ${isBad ? "refuses" : "accepts"} ${name}${noVtysh}`,
    ignore: noVtysh !== "",
    async fn() {
      const done = await run({ argv: ["vtysh", "-C", "-f", `${GOLDEN}/${name}`] });
      assert.equal(done.code, isBad ? 2 : 0, describe(done));
    },
  });
}

Deno.test("a flag beats its variable, and counts before and after the command", async () => {
  const env = { ...WORKER, BGP_AS: "65001" };
  for (const args of [["--as", "65002", "render", "worker"], ["render", "worker", "--as=65002"]]) {
    assert.match((await manager(args, env)).stdout, /^router bgp 65002$/m, args.join(" "));
  }
  assert.match((await manager(["render", "worker"], env)).stdout, /^router bgp 65001$/m);
});

Deno.test("all wrong settings are named, the program ends with 2, and does nothing", async () => {
  const env = { NODE_IP: "10.99.0.256", BGP_AS: "0", IS_CONTROL_PLANE: "perhaps" };
  const done = await manager(["--frr", "maybe", "--cni-bin-dir", "bin"], env);
  assert.equal(done.code, 2);
  assert.equal(done.stdout, "");
  assert.deepEqual(done.stderr.trimEnd().split("\n").toSorted(), [
    'Cannot start: BGP_AS is "0"; it must be an integer from 1 to 4294967294',
    'Cannot start: CNI_BIN_DIR is "bin"; it must be an absolute path',
    'Cannot start: IS_CONTROL_PLANE is "perhaps"; it must be true or false',
    'Cannot start: MEGALOS_FRR is "maybe"; it must be start or wait',
    'Cannot start: NODE_IP is "10.99.0.256"; it must be an IP address',
  ]);
});

Deno.test("a variable that is not UTF-8 is named, and its value is not told", async () => {
  // printf makes the byte, which no text of this test can hold.
  const script =
    'BGP_AS=$(printf "\\377") MEGALOS_BGP_PASSWORD=$(printf "s3cret\\377") exec "$0" worker';
  const done = await run({
    argv: ["sh", "-c", `export BGP_AS MEGALOS_BGP_PASSWORD; ${script}`, MANAGER],
  });
  assert.equal(done.code, 2, describe(done));
  assert.deepEqual(done.stderr.trimEnd().split("\n").toSorted(), [
    "Cannot start: BGP_AS is not usable; it must be UTF-8",
    "Cannot start: MEGALOS_BGP_PASSWORD is not usable; it must be UTF-8",
  ]);
});

const WRONG = [
  [["--bogus"], /unknown option '--bogus'/],
  [["worker", "--bogus"], /unknown option '--bogus'/],
  [["wroker"], /unknown command 'wroker'\n\(Did you mean worker\?\)/],
  [["statsu"], /unknown command 'statsu'\n\(Did you mean status\?\)/],
  [["worker", "now"], /too many arguments/],
  [["render"], /missing required argument 'role'/],
  [["render", "speaker"], /the role is "speaker"; it must be worker or route-reflector/],
  [["install", "speaker"], /the role is "speaker"; it must be worker or route-reflector/],
  [["--as"], /argument missing/],
  [["worker"], /KATHARA_MASTER_SERVICE_HOST is missing/],
  [[], /KATHARA_MASTER_SERVICE_HOST is missing/],
] as const;

for (const [args, said] of WRONG) {
  Deno.test(`\`manager ${args.join(" ")}\` ends with 2 and says what is wrong`, async () => {
    const done = await manager(args, {});
    assert.equal(done.code, 2, describe(done));
    assert.match(done.stderr, said);
  });
}

Deno.test("--help tells every command and every setting with variable and default", async () => {
  for (const args of [["--help"], ["worker", "--help"]]) {
    // A program that prints plain text does not heed variables of terminals.
    const done = await manager(args, { FORCE_COLOR: "1", CLICOLOR_FORCE: "1" });
    assert.equal(done.reason, "success", describe(done));
    const words = done.stdout.replaceAll(/\s+/g, " ");
    assert.match(words, /--as <number> autonomous system of the whole cluster \[BGP_AS\]/);
    assert.match(words, /\[CNI_BIN_DIR\] \(default: \/host\/opt\/cni\/bin\)/);
    assert.match(words, /\[MEGALOS_FRR\] \(default: start\)/);
  }
  const { stdout } = await manager(["--help"], {});
  for (const command of ["worker", "route-reflector", "install", "render", "status"]) {
    assert.match(stdout, new RegExp(`^  ${command} `, "m"));
  }
});

Deno.test("--version says version and runtime", async () => {
  const done = await manager(["--version"], {});
  assert.equal(done.reason, "success", describe(done));
  assert.match(done.stdout, new RegExp(`^manager ${RegExp.escape(VERSION)} \\(Deno .+\\)\\n$`));
});

/** Runs the built manager in an environment that holds nothing else. */
function manager(args: readonly string[], env: Record<string, string>): Promise<Completed> {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return run({ argv: ["env", "-i", ...variables, MANAGER, ...args] });
}
