// Options of lab.conf: what they come to, which values are refused, and which have no effect.
import assert from "node:assert/strict";
import { parseLabConf } from "./lab_conf.ts";
import { findOptionsWithoutEffect, readOptions } from "./options.ts";

const read = (...lines: string[]) => readOptions(parseLabConf(lines.join("\n")).devices[0]!);

Deno.test("options come to an environment, commands, sysctls, limits, resources, IPv6 and a shell", () => {
  const options = read(
    'a[env]="A=1"',
    'a[env]="B=x=y z"',
    'a[env]="A=2"',
    'a[exec]="echo one"',
    'a[exec]="echo two"',
    'a[sysctl]="net.ipv4.conf.eth0.rp_filter=1"',
    'a[ulimit]="nofile=1024"',
    'a[ulimit]="stack=2048:1024"',
    'a[ulimit]="nproc=10:-1"',
    "a[ipv6]=True",
    "a[shell]=/bin/sh",
    "a[mem]=64m",
    "a[cpus]=1.5",
  );
  assert.deepEqual(options, {
    env: { A: "2", B: "x=y z" },
    exec: ["echo one", "echo two"],
    sysctls: { "net.ipv4.conf.eth0.rp_filter": "1" },
    ulimits: { nofile: "1024:1024", nproc: "10:unlimited", stack: "2048:2048" },
    resources: { memory: 64 * 2 ** 20, cpus: 1.5 },
    ipv6: true,
    shell: "/bin/sh",
  });
});

Deno.test("a device without options gets bash and the lab's default for IPv6", () => {
  assert.deepEqual(read("a[0]=A"), {
    ...{ env: {}, exec: [], sysctls: {}, ulimits: {}, resources: {}, shell: "/bin/bash" },
  });
});

const WRONG = ["ipv6=maybe", "sysctl=kernel.panic=1", "env=no", "ulimit=nofile", "port=http"]
  .concat("mem=much", "cpus=two", "num_terms=-1", "bridged=x");
for (const option of WRONG) {
  const [name, ...value] = option.split("=");
  Deno.test(`the option ${option} is refused with its line`, () => {
    assert.throws(() => read("a[0]=A", `a[${name}]="${value.join("=")}"`), {
      message: new RegExp(`^lab\\.conf:2: Cannot read a\\[${name}\\]: `),
    });
  });
}

Deno.test("what has no effect is said once, with the devices that have it", () => {
  const { devices } = parseLabConf(
    "a[image]=x\nb[image]=y\na[port]=80\na[port]=81\nb[port]=82\nb[bridged]=true\na[bridged]=false\n" +
      "a[num_terms]=2\na[privileged]=true\na[ipv6]=1\n",
  );
  assert.deepEqual(findOptionsWithoutEffect(devices), [
    "image is ignored: devices use this machine's programs",
    "options of lab.conf without effect here: bridged (b), port (a, b)",
  ]);
});

/** What every plain object has. */
const OF_OBJECTS = ["constructor", "__proto__", "hasOwnProperty", "toString", "valueOf"];
for (const name of OF_OBJECTS) {
  Deno.test(`the option ${name} is one without effect, and a device may have that name`, () => {
    const { devices } = parseLabConf(`${name}[0]=A\n${name}[${name}]="x"\n`);
    assert.deepEqual(devices.map((device) => device.name), [name]);
    const [{ options: [option] }] = devices as [(typeof devices)[number]];
    assert.deepEqual(option, { name, value: "x", line: 2 });
    assert.deepEqual(devices.map(readOptions), [read("a[0]=A")]);
    assert.deepEqual(findOptionsWithoutEffect(devices), [
      `options of lab.conf without effect here: ${name} (${name})`,
    ]);
  });
}
