// Random sequences of calls against a model: after each, the kernel has what the model says.
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseAlias } from "../shared/lan/alias.ts";
import { lanTitle, portName } from "../shared/lan/lan.ts";
import { BareNode, LANS } from "../tests/fixture/bare_node.ts";
import { type Call, codeOf } from "../tests/fixture/calls.ts";
import { callHere, hostOf } from "../tests/fixture/node_host.ts";
import { testAsRoot } from "../tests/fixture/privileged.ts";
import { answer } from "./call.ts";

const RUNS = 30;
const MAX_VERBS = 15;
const PODS = ["a", "b", "c"] as const;
const IFNAMES = ["net1", "net2"] as const;
/** Two that go together; one that has the first's VNI, and one that has its names. */
const NETS = [
  { name: "net1", suffix: "s", vxlanId: 10 },
  { name: "a_long_name", suffix: "s", vxlanId: 11 },
  { name: "other", suffix: "s", vxlanId: 10 },
  { name: "net1", suffix: "s", vxlanId: 12 },
] as const;
type Net = typeof NETS[number];
interface Place {
  readonly pod: string;
  readonly ifname: string;
}
type Verb =
  | { readonly verb: "ADD" | "DEL"; readonly net: Net; readonly place: Place }
  | { readonly verb: "GC"; readonly net: Net; readonly valid: readonly Place[] };

const net = fc.constantFrom(...NETS);
const places = PODS.flatMap((pod) => IFNAMES.map((ifname): Place => ({ pod, ifname })));
const place = fc.constantFrom(...places);
const verb: fc.Arbitrary<Verb> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ verb: fc.constant("ADD" as const), net, place }) },
  { weight: 3, arbitrary: fc.record({ verb: fc.constant("DEL" as const), net, place }) },
  {
    weight: 1,
    arbitrary: fc.record({ verb: fc.constant("GC" as const), net, valid: fc.subarray(places) }),
  },
);

/** Which place is on which LAN. */
type Model = Map<Place, Net>;

/** Changes the model as the call should change the world; answers its code. */
function expect(model: Model, call: Verb): number {
  switch (call.verb) {
    case "ADD": {
      const isOther = (net: Net) => net !== call.net;
      const clashes = (net: Net) => net.vxlanId === call.net.vxlanId || net.name === call.net.name;
      if ([...model.values()].some((net) => isOther(net) && clashes(net))) return 7;
      if (model.has(call.place)) return 4;
      model.set(call.place, call.net);
      return 0;
    }
    case "DEL":
      model.delete(call.place);
      return 0;
    case "GC":
      for (const [place, net] of model) {
        if (net === call.net && !call.valid.includes(place)) model.delete(place);
      }
      return 0;
  }
}

function toCall(one: Verb): Call {
  if (one.verb === "GC") {
    const valid = one.valid.map(({ pod, ifname }) => ({ containerID: pod, ifname }));
    return { verb: "GC", config: { ...one.net, "cni.dev/valid-attachments": valid } };
  }
  const { pod, ifname } = one.place;
  return { verb: one.verb, netns: `/run/netns/${pod}`, container: pod, ifname, config: one.net };
}

const title = ({ name, suffix, vxlanId }: Net) => `${name}-${suffix} ${vxlanId}`;

/** The model as the kernel would show it. */
async function render(model: Model): Promise<string[]> {
  const entries = Array.from(model, async ([{ pod, ifname }, net]) => [
    `port ${await portName(pod, ifname)} of ${title(net)}`,
    `interface ${pod} ${ifname}`,
  ]);
  const devices = [...new Set(model.values())].flatMap((net) => [
    `bridge of ${title(net)}`,
    `vxlan of ${title(net)}`,
  ]);
  return [...(await Promise.all(entries)).flat(), ...devices].sort();
}

async function observe(node: BareNode): Promise<string[]> {
  const isOurs = ({ ifname }: { ifname: string }) => ifname !== "lo";
  const devices = (await node.devices(LANS)).filter(isOurs).map(({ ifname, ifalias, linkinfo }) => {
    const alias = parseAlias(ifalias);
    assert.ok(alias, `${ifname} has no alias of ours`);
    const what = alias.owner === undefined ? linkinfo?.info_kind : `port ${ifname}`;
    return `${what} of ${lanTitle(alias.lan)} ${alias.lan.vni}`;
  });
  const inPods = PODS.map(async (pod) =>
    (await node.devices(`/run/netns/${pod}`)).filter(isOurs)
      .map(({ ifname }) => `interface ${pod} ${ifname}`)
  );
  return [...devices, ...(await Promise.all(inPods)).flat()].sort();
}

testAsRoot("after any sequence of ADD, DEL and GC the kernel has what the model says", async () => {
  await using node = await BareNode.start();
  await node.addPods(...PODS);
  const host = hostOf(node);
  const property = fc.asyncProperty(
    fc.array(verb, { minLength: 1, maxLength: MAX_VERBS }),
    async (verbs) => {
      const model: Model = new Map();
      for (const one of verbs) {
        const reply = await callHere(answer, host, toCall(one));
        assert.equal(codeOf(reply), expect(model, one), `${JSON.stringify(one)}: ${reply.stdout}`);
        assert.deepEqual(await observe(node), await render(model), JSON.stringify(one));
      }
    },
  ).afterEach(async () => {
    for (const place of places) {
      await callHere(answer, host, toCall({ verb: "DEL", net: NETS[0], place }));
    }
    assert.deepEqual(await observe(node), []);
  });
  await fc.assert(property, { numRuns: RUNS });
});
