// CNI_ARGS: pairs, duplicates, and what is taken from them.
import assert from "node:assert/strict";
import { type CniArgs, parseCniArgs } from "./cni_args.ts";

/** As Multus sends it. */
const MULTUS = "IgnoreUnknown=true;K8S_POD_NAMESPACE=lab;K8S_POD_NAME=pc1;" +
  "K8S_POD_INFRA_CONTAINER_ID=abc;K8S_POD_UID=1-2;MAC=02:00:00:00:00:01";

const CASES: [string, CniArgs][] = [
  ["", {}],
  [MULTUS, { mac: "02:00:00:00:00:01", pod: "lab/pc1" }],
  [`${MULTUS};${MULTUS};K8S_POD_NAME=pc2`, { mac: "02:00:00:00:00:01", pod: "lab/pc2" }],
  ["MAC=", {}],
  ["MAC=02:00:00:00:00:01;MAC=", {}],
  ["K8S_POD_NAME=pc1", {}],
  // What an alias cannot carry is left out: nothing depends on it.
  ["K8S_POD_NAMESPACE=lab;K8S_POD_NAME=a,b", {}],
  ["K8S_POD_NAMESPACE=lab;K8S_POD_NAME=#", {}],
  ["IgnoreUnknown=1;SOMETHING=else", {}],
  ["SOMETHING=else;IgnoreUnknown=1", {}],
];

Deno.test("pairs are read, and of duplicates the last counts", () => {
  for (const [text, expected] of CASES) assert.deepEqual(parseCniArgs(text), expected, text);
});

Deno.test("what is no list of pairs, or unknown, is refused", () => {
  const wrong = [
    "x",
    ";",
    "a=1;;b=2",
    "=1",
    "MAC=1=2",
    "X=1",
    "X=1;IgnoreUnknown=0",
    "MAC=x",
    "K8S_POD_NAME",
  ];
  for (const text of wrong) assert.throws(() => parseCniArgs(text), /Cannot use/, text);
});
