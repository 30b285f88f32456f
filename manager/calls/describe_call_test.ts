// What calls say of themselves, whole or not.
import assert from "node:assert/strict";
import fc from "fast-check";
import { describeCall } from "./describe_call.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const call = (variables: Record<string, string>, config = '{"name":"r-net1"}') => ({
  variables: new Map(Object.entries(variables).map(([name, value]) => [name, bytes(value)])),
  config: bytes(config),
});

Deno.test("a call of Multus says pod, container, interface and network", () => {
  const described = describeCall(call({
    CNI_COMMAND: "ADD",
    CNI_CONTAINERID: "0123",
    CNI_IFNAME: "net1",
    CNI_ARGS: "IgnoreUnknown=1;K8S_POD_NAMESPACE=lab;K8S_POD_NAME=pc1;K8S_POD_UID=7",
  }));
  assert.deepEqual(described, {
    verb: "ADD",
    attachment: { pod: "lab/pc1", container: "0123", ifname: "net1", network: "r-net1" },
  });
});

Deno.test("what a call does not say is left out, and a verb that is none is another", () => {
  for (const config of ["", "{", "[]", '{"name":1}', "\xff"]) {
    const described = describeCall(call({ CNI_COMMAND: "add", CNI_IFNAME: "" }, config));
    assert.deepEqual(described, { verb: "other", attachment: {} });
  }
  const half = describeCall(call({ CNI_ARGS: "K8S_POD_NAME=pc1" })).attachment;
  assert.deepEqual(half, { network: "r-net1" });
});

Deno.test("nothing that a call holds makes it fail, and nothing long is kept", () => {
  const value = fc.uint8Array({ maxLength: 2_000 });
  const names = fc.constantFrom("CNI_COMMAND", "CNI_CONTAINERID", "CNI_IFNAME", "CNI_ARGS");
  fc.assert(fc.property(fc.dictionary(names, value), value, (variables, config) => {
    const { attachment } = describeCall({ variables: new Map(Object.entries(variables)), config });
    for (const text of Object.values(attachment)) assert.ok(text.length <= 300);
  }));
});
