// The documented installation: the Secret first, then the manifest as it is; later another Secret.
import assert from "node:assert/strict";
import { eventually } from "../../../tests/fixture/eventually.ts";
import { type Cluster, NODES } from "../cluster.ts";
import { type Figures, timed } from "../figures.ts";
import { awaitEstablished, findReflector, install, MANIFEST, remove } from "../installation.ts";
import { Intruder } from "../intruder.ts";
import { haveNoPassword, writeSecret } from "../password.ts";
import type { Scenario, Stage } from "../scenario.ts";
import { Talk } from "../talk.ts";

const [FIRST, SECOND] = ["the-first-one", "the-second-one"];
/**
 * Seconds: two minutes until kubelets have brought a Secret to the nodes, 150 s by default until
 * the reflector takes it, and some for the workers to follow.
 */
const CHANGE_SECONDS = 360;

export const scenario: Scenario = {
  name: "secret",
  title: "the Secret and the manifest as it is; another Secret later, with no restart",
  async findObstacle(cluster: Cluster) {
    return await cluster.hasDns() ? undefined : "the cluster has no DNS (DNS=1)";
  },
  async run({ cluster, say }: Stage): Promise<Figures> {
    await remove(cluster, MANIFEST);
    await writeSecret(cluster, FIRST);
    const installSeconds = await timed(() => install(cluster));
    const talk = await Talk.start(cluster);
    const mallory = await Intruder.inPod(cluster, talk.pods[0]!);
    const takes = async (password: string) =>
      await mallory.getsSession(await findReflector(cluster), password);
    assert.deepEqual(
      [await takes(""), await takes("guessed"), await takes(FIRST)],
      [false, false, true],
      "without a password, with a wrong one, with the right one",
    );
    say("no session without the password of the Secret");

    await writeSecret(cluster, SECOND);
    let changeSeconds = 0;
    const changeLossMs = await talk.measureLoss(async () => {
      changeSeconds = await timed(() =>
        eventually(() => takes(SECOND), CHANGE_SECONDS - 30, "the new password is not taken")
      );
      await awaitEstablished(cluster, NODES.length);
    }, CHANGE_SECONDS);
    assert.equal(await takes(FIRST), false, "with the password of before");
    await awaitEstablished(cluster, NODES.length);
    say(`after ${Math.round(changeSeconds)} s the new password is the only one`);
    await talk.end();
    await haveNoPassword(cluster);
    return { installSeconds, changeSeconds, changeLossMs };
  },
};
