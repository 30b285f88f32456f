// The variables of a call: missing ones, empty ones, and values at the edge of their rules.
import assert from "node:assert/strict";
import { FaultError } from "../shared/faults.ts";
import { readEnvironment } from "./environment.ts";

const COMPLETE = {
  CNI_COMMAND: "ADD",
  CNI_CONTAINERID: "c1",
  CNI_NETNS: "/run/netns/pod",
  CNI_IFNAME: "net1",
  CNI_PATH: "/opt/cni/bin",
};

const read = (more: Record<string, string>) => {
  const all: Record<string, string> = { ...COMPLETE, ...more };
  return readEnvironment((name) => all[name]);
};

Deno.test("what a verb does not need may be empty", () => {
  const empty = { CNI_CONTAINERID: "", CNI_NETNS: "", CNI_IFNAME: "" };
  for (const CNI_COMMAND of ["GC", "STATUS"]) {
    assert.equal(read({ CNI_COMMAND, ...empty }).command, CNI_COMMAND);
  }
  assert.equal(read({ CNI_COMMAND: "DEL", CNI_NETNS: "" }).netns, "");
  assert.equal(read({ CNI_COMMAND: "VERSION", ...empty, CNI_PATH: "" }).command, "VERSION");
});

Deno.test("values at the edge of their rules are taken as they are", () => {
  const taken = [
    { CNI_IFNAME: "exactly15bytes-" },
    { CNI_IFNAME: "ééééééé" },
    { CNI_IFNAME: "..." },
    { CNI_IFNAME: "-x" },
    { CNI_CONTAINERID: "0" },
    { CNI_CONTAINERID: `a_.-${"b".repeat(300)}` },
    { CNI_NETNS: "/a path/with spaces/é" },
  ];
  for (const one of taken) {
    const { ifname, containerId, netns } = read(one);
    const [value] = Object.values(one);
    assert.ok([ifname, containerId, netns].includes(value ?? ""), value);
  }
});

Deno.test("the runtime allows the plugin's own namespace by 1 or true", () => {
  for (
    const [value, expected] of [["1", true], ["true", true], ["TRUE", true], ["0", false], [
      "yes",
      false,
    ], ["", false]] as const
  ) {
    assert.equal(read({ CNI_NETNS_OVERRIDE: value }).netnsOverride, expected, value);
  }
});

Deno.test("a variable that is not UTF-8 is named, and only the plugin's own are looked at", () => {
  const asked: string[] = [];
  const env = (name: string) => {
    asked.push(name);
    if (name === "CNI_ARGS") throw new TypeError("not UTF-8");
    return (COMPLETE as Record<string, string>)[name];
  };
  assert.throws(
    () => readEnvironment(env),
    (error) => error instanceof FaultError && /CNI_ARGS/.test(error.message),
  );
  assert.deepEqual(asked.filter((name) => !name.startsWith("CNI_")), []);
});
