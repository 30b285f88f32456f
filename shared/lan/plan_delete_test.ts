// Which devices go with which ports, and that each is marked before all that is marked is deleted.
import assert from "node:assert/strict";
import type { Link } from "../iproute2/link.ts";
import { type LanPorts, planDelete, planDeletePorts } from "./plan_delete.ts";

const link = (ifindex: number, ifname: string): Link => ({
  ...{ ifindex, ifname, altnames: [], mac: "", mtu: 1450, up: true, group: 0 },
});
const [BRIDGE, VXLAN] = [link(2, "kt-net1-ntwork"), link(3, "net1-ntwork")];
const [A, B] = [link(4, "mga"), link(5, "mgb")];
const LAN = { lanNetns: "/lans", bridge: BRIDGE, vxlan: VXLAN };

const PLANS: readonly [title: string, LanPorts, doomed: readonly Link[], names: string[]][] = [
  ["one port of two", { ...LAN, ports: [A, B] }, [A], ["mga"]],
  ["the last port", { ...LAN, ports: [A] }, [A], ["mga", "net1-ntwork", "kt-net1-ntwork"]],
  ["all ports", { ...LAN, ports: [A, B] }, [B, A], ["mgb", "mga", "net1-ntwork", "kt-net1-ntwork"]],
  ["a LAN without ports", { ...LAN, ports: [] }, [], ["net1-ntwork", "kt-net1-ntwork"]],
  ["a port that has left the bridge", { ...LAN, ports: [B] }, [A], ["mga"]],
  ["a port of a LAN that is gone", { lanNetns: "/lans", ports: [] }, [A], ["mga"]],
  ["a bridge alone", { lanNetns: "/lans", bridge: BRIDGE, ports: [] }, [], ["kt-net1-ntwork"]],
  ["nothing", { lanNetns: "/lans", ports: [] }, [], []],
];

for (const [title, found, doomed, names] of PLANS) {
  Deno.test(`the deletion of ${title} is planned`, () => {
    const steps = planDeletePorts(found, doomed);
    assert.deepEqual(steps, planDelete("/lans", names));
    assert.deepEqual(
      steps.map(({ change }) => change.words.join(" ")),
      names.length === 0
        ? []
        : [...names.map((name) => `link set dev ${name} group 2`), "link del group 2"],
    );
    const parts = steps.map(({ change: { deletion } }) =>
      deletion?.kind === "mark" ? deletion.device : deletion?.kind
    );
    assert.deepEqual(parts, names.length === 0 ? [] : [...names, "all marked"]);
  });
}
