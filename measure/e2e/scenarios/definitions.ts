// The overlay `lans-only` at the API server: which definitions it takes, and which it refuses.
import assert from "node:assert/strict";
import { eventually } from "../../../tests/fixture/eventually.ts";
import type { Cluster } from "../cluster.ts";
import { applyText, DEPLOY, EXAMPLE } from "../installation.ts";
import type { Scenario, Stage } from "../scenario.ts";

const OVERLAY = `${DEPLOY}/overlays/lans-only`;
const NAMESPACE = "e2e-definitions";
const HERE = ["--namespace", NAMESPACE] as const;
const DEFINITION = "network-attachment-definitions";

/** As Kathará writes it. */
const KATHARA =
  '{"cniVersion": "0.3.0", "name": "a", "type": "megalos", "suffix": "ntwork", "vxlanId": 10}';
const MACVLAN = '{"type": "macvlan", "master": "eth0"}';
/** A LAN's config and one more member. */
const withMember = (member: string) => KATHARA.replace("}", `, ${member}}`);

const TAKEN = [
  KATHARA,
  '{"vxlanId":0,"suffix":"name","type":"megalos","name":"type"}',
  withMember('"mtu": 1500, "mac": "02-00-00-00-00-01", "maxMacs": 100, "stormLimit": 7'),
];

const NO_CONFIG = /namespace e2e-definitions: spec\.config is missing or empty/;
const NO_LAN = /spec\.config is not the config of a LAN; it must be one flat JSON object/;
const WRONG_KEYS = /spec\.config has the keys .*; it must have each key once/;

const REFUSED: readonly (readonly [what: string, config: string | undefined, why: RegExp])[] = [
  ["no config", undefined, NO_CONFIG],
  ["an empty config", "", NO_CONFIG],
  ["a blank config", " ", NO_LAN],
  ["no JSON", `${KATHARA}}`, NO_LAN],
  ["two values", `${KATHARA}\n${MACVLAN}`, NO_LAN],
  ["macvlan", MACVLAN, NO_LAN],
  ["host-device", '{"type": "host-device", "device": "eth0"}', NO_LAN],
  ["another program", KATHARA.replace("megalos", "../megalos"), NO_LAN],
  ["a list of plugins", `{"cniVersion": "0.4.0", "name": "a", "plugins": [${MACVLAN}]}`, NO_LAN],
  ["a list beside a LAN", withMember(`"plugins": [${MACVLAN}]`), NO_LAN],
  ["another type besides", withMember('"type": "macvlan"'), NO_LAN],
  ["type in another case", withMember('"Type": "macvlan"'), NO_LAN],
  ["type with an escape", withMember('"\\u0074ype": "macvlan"'), NO_LAN],
  ["a value with an escape", KATHARA.replace("megalos", "m\\u0065galos"), NO_LAN],
  ["master", withMember('"master": "eth0"'), NO_LAN],
  ["port", withMember('"port": 53'), NO_LAN],
  ["ipam", withMember('"ipam": {"type": "dhcp"}'), NO_LAN],
  ["a large MTU", withMember('"mtu": 1501'), NO_LAN],
  ["much text", KATHARA.padEnd(100_000), NO_LAN],
  ["type twice", withMember('"type": "megalos"'), WRONG_KEYS],
  ["two VNIs", withMember('"vxlanId" : 11'), WRONG_KEYS],
  ["no type", KATHARA.replace('"type": "megalos", ', ""), WRONG_KEYS],
  ["no VNI", KATHARA.replace(', "vxlanId": 10', ""), WRONG_KEYS],
];

export const scenario: Scenario = {
  name: "definitions",
  title: "with the overlay lans-only, definitions are LANs and nothing else",
  async run({ cluster, say }: Stage) {
    await cluster.kubectl(["create", "namespace", NAMESPACE]);
    await cluster.kubectl(["create", "-f", "-"], definition(MACVLAN, "old"));
    const policy = await Deno.readTextFile(`${OVERLAY}/policy.yml`);
    await applyText(cluster, policy);
    await eventually(
      async () => await tryDefinition(cluster, MACVLAN) !== undefined,
      30,
      "the policy does not hold yet",
    );
    for (const config of TAKEN) assert.equal(await tryDefinition(cluster, config), undefined);
    await cluster.kubectl(
      [...HERE, "create", "--dry-run=server", "-f", "-"],
      await Deno.readTextFile(EXAMPLE),
    );
    for (const [what, config, why] of REFUSED) {
      assert.match(await tryDefinition(cluster, config) ?? "it was taken", why, what);
    }
    say(`${TAKEN.length + 1} definitions are taken, and ${REFUSED.length} refused`);
    await assertChanges(cluster);
    await assertNoWayOut(cluster);
    await assertVnis(cluster);
    await assertQuota(cluster);
    await cluster.kubectl(["delete", "-f", "-"], policy);
    await cluster.kubectl(["delete", "namespace", NAMESPACE]);
    return { taken: TAKEN.length + 1, refused: REFUSED.length };
  },
};

function definition(config: string | undefined, name: string, namespace = NAMESPACE): string {
  return JSON.stringify({
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { name, namespace },
    ...(config === undefined ? {} : { spec: { config } }),
  });
}

/** Answers what is said against the definition; undefined when it would be taken. */
async function tryDefinition(
  cluster: Cluster,
  config: string | undefined,
  namespace = NAMESPACE,
): Promise<string | undefined> {
  const args = ["create", "--dry-run=server", "-f", "-"];
  const done = await cluster.tryKubectl(args, definition(config, "tried", namespace));
  return done.reason === "success" ? undefined : done.stderr;
}

/**
 * A definition of before may be labelled and deleted. No definition may become that of another
 * plugin.
 */
async function assertChanges(cluster: Cluster): Promise<void> {
  await cluster.kubectl(["create", "-f", "-"], definition(KATHARA, "lan"));
  for (const name of ["old", "lan"]) {
    await cluster.kubectl([...HERE, "label", DEFINITION, name, "seen=true"]);
    for (const spec of [{ config: '{"type": "macvlan"}' }, { config: "" }, null]) {
      const patch = ["--type=merge", `--patch=${JSON.stringify({ spec })}`];
      const done = await cluster.tryKubectl([...HERE, "patch", DEFINITION, name, ...patch]);
      assert.match(done.stderr, /Cannot take a definition in namespace/, `${name}: ${patch}`);
    }
    const deletion = ["--cascade=foreground", "--timeout=60s", DEFINITION, name];
    await cluster.kubectl([...HERE, "delete", ...deletion]);
  }
}

/** A namespace that is excepted is so by its name, not by a label that it is given. */
async function assertNoWayOut(cluster: Cluster): Promise<void> {
  assert.equal(await tryDefinition(cluster, MACVLAN, "kube-system"), undefined);
  const label = "kubernetes.io/metadata.name=kube-system";
  await cluster.kubectl(["label", "--overwrite", "namespace", NAMESPACE, label]);
  assert.match(await tryDefinition(cluster, MACVLAN) ?? "", NO_LAN);
}

async function assertVnis(cluster: Cluster): Promise<void> {
  const withVni = (vni: number) => KATHARA.replace(/\d+}$/, `${vni}}`);
  const annotate = (annotation: string) =>
    cluster.kubectl(["annotate", "--overwrite", "namespace", NAMESPACE, annotation]);
  const outside = "vxlanId is 10; it must be in the range '1000-1999'";
  await annotate("megalos/vnis=1000-1999");
  await eventually(
    async () => (await tryDefinition(cluster, KATHARA))?.includes(outside),
    30,
    "the annotation does not hold yet",
  );
  for (const vni of [1000, 1999]) {
    assert.equal(await tryDefinition(cluster, withVni(vni)), undefined);
  }
  for (const vni of [0, 999, 2000, 10_000]) {
    assert.match(await tryDefinition(cluster, withVni(vni)) ?? "", /it must be in the range/);
  }
  await annotate("megalos/vnis=many");
  await eventually(
    async () => (await tryDefinition(cluster, withVni(1000)))?.includes("the range 'many'"),
    30,
    "an annotation that is no range lets a definition in",
  );
  await annotate("megalos/vnis-");
  await eventually(
    async () => await tryDefinition(cluster, KATHARA) === undefined,
    30,
    "without the annotation a VNI is refused",
  );
}

async function assertQuota(cluster: Cluster): Promise<void> {
  const quota = (await Deno.readTextFile(`${OVERLAY}/quota.yml`)).replace('"50"', '"1"');
  await cluster.kubectl([...HERE, "apply", "-f", "-"], quota);
  await eventually(
    async () => {
      const { status } = await cluster.get<{ status: { used?: object } }>(
        ...[...HERE, "resourcequota", "megalos-lans"],
      );
      return status.used !== undefined;
    },
    60,
    "the quota does not count definitions",
  );
  await cluster.kubectl(["create", "-f", "-"], definition(KATHARA, "first"));
  const second = await cluster.tryKubectl(["create", "-f", "-"], definition(KATHARA, "second"));
  assert.match(second.stderr, /exceeded quota: megalos-lans/);
}
