// The map as a person sees it: a real browser at the view's port of real managers.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { converse } from "../../shared/process/exec.ts";
import { DIST, ROOT } from "../../tools/checkout.ts";
import { startCluster } from "../fixture/cluster.ts";
import { NodeBrowser, testInBrowser } from "../fixture/browser.ts";
import { eventually } from "../fixture/eventually.ts";
import { callReflector, hello, inventoryOf } from "../fixture/liner.ts";
import { Manager, REFLECTOR_ENV } from "../fixture/manager.ts";
import { addPod, call, inPod, pod } from "../fixture/pod.ts";
import { PC1, PC2, startTwoPods } from "../fixture/two_pods.ts";

testInBrowser("everybody can use the map: by keyboard, on a phone, light and dark", async () => {
  await using pods = await startTwoPods();
  const { reflector } = pods.cluster;
  await using browser = await NodeBrowser.start(reflector);
  for (const colours of ["light", "dark"] as const) {
    const map = await browser.open({ colours });
    const { page } = map;
    await map.says("#table", /pc1[^]*pc2/);
    await map.says("#totals", /2 devices/);

    // From the search to the graph and to a device, without a mouse.
    await page.keyboard.press("/");
    await page.keyboard.type("pc2");
    await page.locator("#table tbody tr").filter({ hasText: "pc1" }).waitFor({ state: "detached" });
    assert.deepEqual((await map.rows()).map(([name]) => name), ["pc2"]);
    await page.fill("#search", "");
    await page.focus("#graph");
    const seen = new Set<string>();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"]) {
      await page.keyboard.press(key);
      seen.add(await page.locator("#graph-said").innerText());
    }
    assert.ok([...seen].some((said) => /^(device pc\d on node w\d: |LAN net1, )/.test(said)));
    await page.keyboard.press("Enter");
    await page.locator("#details h2:focus").waitFor();
    assert.deepEqual(await breachesOf(page), []);
    await page.keyboard.press("Escape");
    await page.locator("#graph:focus").waitFor();

    // Tables are sorted by their heads, and tabs follow the arrows.
    await page.getByRole("button", { name: "Device", exact: true }).press("Enter");
    await page.locator("th[aria-sort=descending]").waitFor();
    assert.deepEqual((await map.rows()).map(([name]) => name), ["pc2", "pc1"]);
    await page.getByRole("tab", { name: "Devices" }).press("ArrowRight");
    await page.getByRole("tab", { name: "LANs", selected: true }).waitFor();
    assert.equal((await map.rows())[0]?.[0], "net1");
    await page.locator("#table").getByRole("button", { name: "net1" }).press("Enter");
    await map.says("#details h2", /net1/);
    await map.says("#details table", new RegExp(`pc1\\s*net0\\s*w1\\s*${PC1.mac}`));
    assert.deepEqual(await breachesOf(page), []);
    map.assertNoComplaint();
    await page.close();
  }
  const phone = await browser.open({ width: 360, height: 740 });
  await phone.says("#table", /pc1[^]*pc2/);
  // No column is left out where there is little room: the table is moved instead.
  const [device = []] = await phone.rows();
  for (const shown of ["pc1", "net0", "net1-ntwork", "10", "w1", "lab", PC1.mac]) {
    assert.ok(device.includes(shown), `${shown} is not in ${device}`);
  }
  await phone.page.getByRole("button", { name: "pc1" }).click();
  await phone.says("#details h2", /pc1/);
  await phone.says("#details dl", /Lab\s*lab\s*Node\s*w1/);
  await phone.says("#details table", new RegExp(`net0\\s*net1-ntwork\\s*10\\s*${PC1.mac}`));
  const [wide, shown] = await phone.page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [scrollWidth, clientWidth];
  });
  assert.ok(wide! <= shown!, `the page is ${wide} pixels wide, of which ${shown} are shown`);
  assert.deepEqual(await breachesOf(phone.page), []);
  phone.assertNoComplaint();
});

/** What axe finds that keeps somebody out (WCAG 2.2, levels A and AA). */
async function breachesOf(page: Page): Promise<string[]> {
  // The policy of the page takes no script of others, and axe does not come over the network.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    return await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
  });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

Deno.test("the page is at most 250 kB, compressed", async () => {
  const page = `${ROOT}/manager/map/page`;
  const files = ["map.html", "map.css", "map.svg"].map((file) => `${page}/${file}`);
  const all = [`${DIST}/bundle/manager-page.js`, ...files];
  const sizes = await Promise.all(
    all.map(async (file) => gzipSync(await Deno.readFile(file)).length),
  );
  const sum = sizes.reduce((sum, size) => sum + size, 0);
  assert.ok(sum <= 250_000, `${sizes.join(" + ")} = ${sum} bytes`);
});

/** Pings the second pod from the first one, until standard input ends. */
const PING = [
  ...["nsenter", `--net=/run/netns/${PC1.name}`, "sh", "-c"],
  "ping -n -q -i 0.02 -s 1000 10.0.0.2 & cat; kill $!",
] as const;

const PC3 = pod("pc3", "02:00:00:00:00:03");

testInBrowser("the map shows what changes, without a reload, and moves nothing else", async () => {
  await using pods = await startTwoPods();
  const { cluster: { reflector, workers: [w1, w2] }, running } = pods;
  await using browser = await NodeBrowser.start(reflector);
  const map = await browser.open();
  const { page } = map;
  const row = (name: string) => page.locator("#table tbody tr").filter({ hasText: name });
  await map.live();
  await row("pc2").waitFor();
  await page.evaluate(() => document.body.dataset.loaded = "once");
  const [pc1] = await map.rows();
  assert.deepEqual(pc1?.slice(0, 6), ["pc1", "net0", "net1-ntwork", "10", "w1", "up"]);
  await map.says("#totals", /^2 nodes · 1 LAN · 2 devices · /);
  await map.says("#events", /BGP session with rr \(10\.99\.0\.1\) is up/);
  await page.locator("#problems").waitFor({ state: "hidden" });
  const before = await map.positions();
  assert.equal(Object.keys(before).length, 3, JSON.stringify(before));

  // One device comes and goes. Nothing that stays moves.
  await addPod(w2, PC3);
  await row("pc3").waitFor();
  const { length } = Object.keys(before);
  const during = await map.positions();
  assert.equal(Object.keys(during).length, length + 1);
  for (const [id, place] of Object.entries(before)) assert.deepEqual(during[id], place, id);
  const [added] = Object.keys(during).filter((id) => !(id in before));
  for (const [id, { x, y }] of Object.entries(before)) {
    const { x: newX, y: newY } = during[added!]!;
    assert.ok(Math.hypot(x - newX, y - newY) > 25, `${added} lies on ${id}`);
  }
  await call(w2, "DEL", PC3);
  await row("pc3").waitFor({ state: "detached" });
  assert.deepEqual(await map.positions(), before);

  // What flows is seen at both ends.
  const pinging = converse({ argv: [...w1.enter, ...PING], timeoutMs: 300_000 });
  assert.ok(pinging !== undefined, "nsenter is not installed");
  for (const name of ["pc1", "pc2"]) {
    await eventually(
      async () => /\d kbit\/s.*\d kbit\/s/s.test(await row(name).innerText()),
      30,
      async () => await row(name).innerText(),
    );
  }
  await page.locator("#table polyline[points*=',']").first().waitFor({ state: "attached" });

  // A click shows the device, with commands that get into it.
  await row("pc1").getByRole("button").click();
  await map.says("#details h2", /pc1/);
  await map.says("#details", /net0[^]*02:00:00:00:00:01[^]*up/);
  await map.says("#details code", /^kubectl -n lab exec -it pc1 -- sh$/);
  await map.says("#details code", /^kubectl -n lab exec pc1 -- tcpdump -n -l -i net0$/);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#details").isVisible(), false);

  await inPod(w2, PC2, "ip", "link", "set", "dev", "net0", "down");
  await row("pc2").locator("[data-state=no-carrier]").waitFor();

  // A reflector that ends is told, and the page is whole again when it is back.
  await running.reflector.end("KILL");
  await map.says("#status", /^lost connection, trying again$/);
  await using again = await Manager.start(reflector, ["route-reflector"], REFLECTOR_ENV);
  await map.live();
  for (const name of ["pc1", "no-carrier"]) await row(name).waitFor();
  assert.equal((await map.rows()).length, 2);
  assert.equal(await page.evaluate(() => document.body.dataset.loaded), "once");

  // What is down is said in words.
  await running.workers[1].end("KILL");
  await map.says("#problems", /w2: its line to the reflector has ended/);
  await again.end("KILL");
  await pinging.end();
  map.assertNoComplaint();
});

const HOSTILE = `<img src=x onerror="document.title='hurt'">'"\`$(id)\u202egnp\u0007</script>`;

testInBrowser("the page asks for the token, and this tab remembers the right one", async () => {
  const token = "a-token-of-this-test";
  await using cluster = await startCluster();
  const { reflector } = cluster;
  await using _manager = await Manager.start(reflector, ["route-reflector"], {
    ...REFLECTOR_ENV,
    MEGALOS_HTTP_TOKEN: token,
  });
  await using browser = await NodeBrowser.start(reflector);
  const map = await browser.open();
  await map.says("#asking", /The map needs the token/);
  await map.page.fill("#token", "a-wrong-token-of-this-test");
  await map.page.keyboard.press("Enter");
  await map.says("#asking-why", /not the right one/);
  await map.page.fill("#token", token);
  await map.page.keyboard.press("Enter");
  await map.live();
  await map.page.reload();
  await map.live();
  map.assertNoComplaint();
});

testInBrowser("names that are made to hurt are texts and nothing else", async () => {
  await using pods = await startTwoPods();
  const { cluster: { reflector, workers: [, w2] }, running } = pods;
  await running.workers[1].end("KILL");
  await using _hostile = await callReflector(w2, hello({ node: HOSTILE }), inventoryOf(HOSTILE));
  await using browser = await NodeBrowser.start(reflector);
  const map = await browser.open();
  const { page } = map;
  const seen = HOSTILE.replaceAll("\u202e", "?").replaceAll("\u0007", "?");
  await page.locator("#table tbody tr").getByText(seen).first().waitFor();
  for (const tab of ["LANs", "Nodes", "Devices"]) {
    await page.getByRole("tab", { name: tab }).click();
    await page.locator("#table").getByText(seen).first().click();
    await page.locator("#details").getByText(seen).first().waitFor();
  }
  assert.deepEqual(await page.locator("#details code", { hasText: "kubectl" }).count(), 0);
  assert.equal(await page.locator("img, #table script").count(), 0);
  assert.equal(await page.title(), "Megalos: map");
  map.assertNoComplaint();
});
