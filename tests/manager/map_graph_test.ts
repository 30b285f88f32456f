// The map's picture in a real browser: what is filtered, chosen, red, and too much to be drawn.
import { sleep } from "../../shared/process/time.ts";
import assert from "node:assert/strict";
import { NodeBrowser, type OpenMap, testInBrowser } from "../fixture/browser.ts";
import { eventually } from "../fixture/eventually.ts";
import type { Node } from "../fixture/cluster.ts";
import { callReflector, hello, inventoryOf, type Liner } from "../fixture/liner.ts";
import { addPod, pod } from "../fixture/pod.ts";
import { startTwoPods } from "../fixture/two_pods.ts";

const TIME = "2026-11-28T12:00:00.000Z";
const NET2 = { name: "net2", suffix: "ntwork", vxlanId: 20 };
const PC3 = pod("pc3", "02:00:00:00:00:03", NET2, "other-lab");

/** The devices and LANs that are drawn, by their names. */
async function drawn(map: OpenMap): Promise<string[]> {
  const ids = Object.keys(await map.positions());
  return ids.map((id) => id.replace(/^.*[ /]/s, "")).sort();
}

async function draws(map: OpenMap, ...wanted: readonly string[]): Promise<void> {
  let seen: string[] = [];
  await eventually(
    async () => (seen = await drawn(map)).join() === wanted.join(),
    30,
    () => `${seen}`,
  );
}

testInBrowser(
  "the picture can be filtered, searched and clicked, and shows a lost session",
  async () => {
    await using pods = await startTwoPods();
    const { reflector, workers: [, w2] } = pods.cluster;
    await addPod(w2, PC3);
    await using browser = await NodeBrowser.start(reflector);
    const map = await browser.open();
    const { page } = map;
    const names = async () => (await map.rows()).map(([name]) => name);
    await draws(map, "net1-ntwork", "net2-ntwork", "pc1", "pc2", "pc3");

    // By lab, and by LAN: the picture and the table have nothing else.
    await page.selectOption("#lab", "other-lab");
    await draws(map, "net2-ntwork", "pc3");
    assert.deepEqual(await names(), ["pc3"]);
    await page.selectOption("#lab", "");
    await page.selectOption("#lan", { label: "net1 (10)" });
    await draws(map, "net1-ntwork", "pc1", "pc2");
    assert.deepEqual(await names(), ["pc1", "pc2"]);
    await page.selectOption("#lan", "");
    await draws(map, "net1-ntwork", "net2-ntwork", "pc1", "pc2", "pc3");

    // A search fades what is not meant, and moves nothing.
    const before = await map.positions();
    await page.fill("#search", "02:00:00:00:00:03");
    await eventually(
      async () =>
        await map.opacityOf("lab/pc1") < 200 && await map.opacityOf("other-lab/pc3") > 250,
      30,
      async () => `pc1 ${await map.opacityOf("lab/pc1")}`,
    );
    assert.deepEqual([await names(), await map.positions()], [["pc3"], before]);
    await page.fill("#search", "");
    await eventually(async () => await map.opacityOf("lab/pc1") > 250, 30, "pc1 stays faded");

    // A click on the device itself.
    await map.clickAt(await map.placeOf("other-lab/pc3"));
    await map.says("#details h2", /pc3/);
    await map.says("#details", /net0[^]*net2-ntwork[^]*02:00:00:00:00:03[^]*up[^]*packets in/);
    await map.says("#details code", /^kubectl -n other-lab exec -it pc3 -- sh$/);
    await map.says("#details code", /^kubectl -n other-lab exec pc3 -- tcpdump -n -l -i net0$/);
    await page.keyboard.press("Escape");

    // A node without its BGP session is red, and says why; then it is as it was.
    assert.equal(await map.countRed(), 0);
    await w2.must("nft", "add table inet cut");
    await w2.must("nft", "add chain inet cut in { type filter hook input priority 0; }");
    await w2.must("nft", "add rule inet cut in tcp sport 179 drop");
    await w2.must("nft", "add rule inet cut in tcp dport 179 drop");
    await eventually(async () => await map.countRed() > 100, 60, "nothing is red");
    // Around the device is its box. How large both are drawn is the layout's to say.
    const around = [[-1, 0], [0, 1], [1, 0], [0, -1]] as const;
    let attempt = 0;
    await eventually(
      async () => {
        // The details of what was hit before may lie over the place.
        await page.keyboard.press("Escape");
        const [across, down] = around[attempt % 4]!;
        const distance = 16 + 4 * (Math.floor(attempt++ / 4) % 8);
        const { x, y } = await map.placeOf("other-lab/pc3");
        await map.clickAt({ x: x + across * distance, y: y + down * distance });
        await sleep(200);
        return (await page.locator("#details h2").allInnerTexts()).some((text) => /w2/.test(text));
      },
      60,
      "no click shows the node",
    );
    await map.says("#details .bad", /its BGP session with (rr|10\.99\.0\.1) is down/);
    await w2.must("nft", "delete table inet cut");
    await eventually(async () => await map.countRed() === 0, 60, "w2 stays red");
    map.assertNoComplaint();
  },
);

/** Calls as w2, again where the reflector has no session of w2 at this moment. */
async function callUntilTaken(w2: Node, ...messages: readonly string[]): Promise<Liner> {
  let answer = "";
  return await eventually(
    async () => {
      const liner = await callReflector(w2, hello(), ...messages);
      await liner.next();
      answer = await liner.next();
      if (answer.includes('"welcome"')) return liner;
      await liner[Symbol.asyncDispose]();
      return undefined;
    },
    60,
    () => `the reflector answers ${answer}`,
  );
}

testInBrowser(
  "more than 1,500 devices are drawn when a lab is chosen, and listed all the same",
  async () => {
    await using pods = await startTwoPods();
    const { cluster: { reflector, workers: [, w2] }, running } = pods;
    await running.workers[1].end("KILL");
    const ports = Array.from({ length: 1_501 }, (_, at) => {
      const name = `d${at}`;
      const namespace = at === 0 ? "few" : "many";
      return { ...{ port: name, namespace, pod: name, lan: "w2-s", vni: 77 }, state: "up" };
    });
    await using _many = await callUntilTaken(w2, inventoryOf("w2", { ports }));
    await using browser = await NodeBrowser.start(reflector);
    const map = await browser.open();
    await map.says("#totals", /1,502 devices/);
    await map.says("#notice", /^More than 1,500 devices: choose a lab or a LAN to draw them\.$/);
    assert.deepEqual(await map.positions(), {});
    await map.says("#table .left", /^1,002 more; search for them\.$/);
    await map.page.fill("#search", "many/d1500");
    await map.page.getByRole("button", { name: "d1500", exact: true }).waitFor();
    await map.page.fill("#search", "");
    await map.page.selectOption("#lab", "few");
    await draws(map, "d0", "w2-s");
    assert.equal(await map.page.locator("#notice").isVisible(), false);
    map.assertNoComplaint();
  },
);

testInBrowser("thousands of LANs of one device are drawn while others wait", async () => {
  await using pods = await startTwoPods();
  const { cluster: { reflector, workers: [, w2] }, running } = pods;
  await running.workers[1].end("KILL");
  const portsFrom = (first: number) =>
    Array.from({ length: 1_200 }, (_, at) => {
      const port = { port: `mg${first + at}`, namespace: "n", pod: "router", state: "up" };
      return { ...port, lan: `net${first + at}-s`, vni: 1_000 + first + at };
    });
  const changes = [1_200, 2_400, 3_600].map((first) =>
    JSON.stringify({ type: "change", change: { time: TIME, ports: portsFrom(first) } })
  );
  const told = [inventoryOf("w2", { ports: portsFrom(0) }), ...changes];
  await using _many = await callUntilTaken(w2, ...told);
  await using browser = await NodeBrowser.start(reflector);
  const map = await browser.open();
  await map.says("#totals", /2 devices/);
  await eventually(async () => (await drawn(map)).length > 4_800, 60, "the LANs are not drawn");
  map.assertNoComplaint();
});
