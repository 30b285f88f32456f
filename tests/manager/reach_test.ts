// Which pods can reach for devices beyond their own network namespace, by their interface.
import assert from "node:assert/strict";
import { eventually } from "../fixture/eventually.ts";
import { addPod, call, canReach, pod } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { reach, type Reached } from "../fixture/reacher.ts";
import { PC1, startTwoPods } from "../fixture/two_pods.ts";

const LAN = { name: "attack", suffix: "lab", vxlanId: 50 };
const MALLORY = pod("mallory", "02:00:00:00:00:0a", LAN);
const INNER = pod("inner", "02:00:00:00:00:0b", LAN);
/** The LAN namespace: each pod has one other namespace at first. */
const NUMBER = 0;
/** Of EPERM and EACCES, errno(3). */
const REFUSED = [1, 13];

// Arguments: a name. Makes a network namespace that belongs to a user namespace of its own, as
// Kubernetes does for a pod with `hostUsers: false`, and says the number of a process in it.
const INNER_START = `
touch "/run/netns/$1"
unshare --user --map-root-user --net sleep 300 >/dev/null 2>&1 </dev/null &
while [ "$(readlink /proc/$!/ns/user)" = "$(readlink /proc/$$/ns/user)" ] ||
  [ "$(readlink /proc/$!/ns/net)" = "$(readlink /proc/$$/ns/net)" ]; do sleep 0.1; done
mount --bind "/proc/$!/ns/net" "/run/netns/$1"
echo $!
`;

testAsRoot(
  "a pod without NET_ADMIN, or with a user namespace, reaches no device beyond its own",
  async () => {
    await using two = await startTwoPods();
    const [w1] = two.cluster.workers;
    await addPod(w1, MALLORY, "10.9.0.1");
    const pid = (await w1.must("sh", "-c", INNER_START, "sh", INNER.name)).trim();
    const done = await call(w1, "ADD", INNER);
    assert.equal(done.reason, "success", done.stdout);
    const inner = ["nsenter", `--target=${pid}`, "--user", "--net"];
    await w1.must(...inner, "ip", "address", "add", "10.9.0.2/24", "dev", "net0");
    await eventually(() => canReach(w1, MALLORY, "10.9.0.2"), 10, "its interface does not work");

    const reached = async (enter: readonly string[], doomed?: string): Promise<Reached> =>
      JSON.parse(await w1.must(...enter, ...reach(NUMBER, doomed)));
    const outer = (powers: string) => [
      ...["nsenter", `--net=/run/netns/${MALLORY.name}`, "setpriv"],
      ...[`--bounding-set=-all${powers}`, `--inh-caps=-all${powers}`],
    ];
    // The kernel gives the number to who looks at the interface.
    for (const enter of [inner, outer("")]) await w1.must(...enter, "ip", "link", "show");
    for (const enter of [inner, outer(",+net_raw")]) {
      const { names, ...errors } = await reached(enter);
      assert.deepEqual(names, []);
      for (const [what, error] of Object.entries(errors)) {
        assert.ok(REFUSED.includes(error), `${what}: ${error}`);
      }
    }
    assert.ok(await canReach(w1, PC1, "10.0.0.2"));

    // What is refused there works with NET_ADMIN alone, by the kernel's rules (docs/security.md).
    const { names, ...errors } = await reached(outer(",+net_admin"), "net1-ntwork");
    assert.ok(names.includes("kt-net1-ntwork"), names.join());
    assert.deepEqual(errors, { listed: 0, made: 0, deleted: 0 });
    await eventually(() => canReach(w1, PC1, "10.0.0.2"), 30, "the LAN is not mended");
  },
);
