// The topology of a lab as text and as a picture.
import assert from "node:assert/strict";
import { placeNodes } from "./layout.ts";
import { renderSvg } from "./svg.ts";
import { makeTopology, renderText } from "./topology.ts";

const lan = (name: string) => ({ name, network: name, suffix: "s", vni: 1 });
const topology = makeTopology([
  { name: "pc1", interfaces: [{ name: "eth0", lan: lan("net") }] },
  { name: "r1", interfaces: [{ name: "eth0", lan: lan("net") }, { name: "eth1", lan: lan("A") }] },
  { name: "alone", interfaces: [] },
]);

Deno.test("as text, a topology is a line for each LAN", () => {
  assert.deepEqual(renderText(topology).split("\n"), [
    "A    r1 eth1",
    "net  pc1 eth0, r1 eth0",
    "on no LAN: alone",
  ]);
});

Deno.test("as a picture, every device, LAN and interface is drawn inside of it", () => {
  const svg = renderSvg(topology);
  const count = (pattern: RegExp) => Array.from(svg.matchAll(pattern)).length;
  assert.deepEqual([count(/<ellipse/g), count(/<rect x/g), count(/<line/g)], [2, 3, 3]);
  for (const name of ["pc1", "r1", "alone", "net", "A"]) assert.ok(svg.includes(`>${name}</text>`));
  const width = Number(/width="([\d.]+)"/.exec(svg)?.[1]);
  for (const [, x] of svg.matchAll(/ x1?="(-?[\d.]+)"/g)) {
    assert.ok(Number(x) >= 0 && Number(x) <= width, `${x} of ${width}`);
  }
});

Deno.test("nodes are placed apart, joined ones nearer, and always the same way", () => {
  const ring = Array.from({ length: 12 }, (_, at) => [at, (at + 1) % 12] as const);
  const points = placeNodes(12, ring);
  const distance = (a: number, b: number) =>
    Math.hypot(points[a]!.x - points[b]!.x, points[a]!.y - points[b]!.y);
  assert.ok(ring.every(([a, b]) => distance(a, b) > 0.3 && distance(a, b) < 2));
  assert.ok(distance(0, 6) > 2);
  assert.deepEqual(placeNodes(12, ring), points);
});

Deno.test("addresses stand in the text and, short, in the picture, whose LANs have the subnets", () => {
  const addresses = new Map([["r1", new Map([["eth0", ["10.0.7.1/24"]]])]]);
  const devices = [{ name: "r1", interfaces: [{ name: "eth0", lan: lan("net") }] }];
  const known = makeTopology(devices, addresses);
  assert.equal(renderText(known), "net  r1 eth0 10.0.7.1/24");
  const svg = renderSvg(known);
  assert.match(svg, /viewBox="0 0 \d+ \d+"/);
  assert.match(svg, />eth0 \.1<title>eth0 10\.0\.7\.1\/24<\/title><\/text>/);
  assert.match(svg, />10\.0\.7\.0\/24<\/text>/);
  assert.doesNotMatch(svg, /dominant-baseline/);
});

Deno.test("no name leaves the picture, and no two of 60 devices on one LAN lie over each other", () => {
  const many = Array.from({ length: 60 }, (_, at) => ({
    name: `a-device-with-a-long-name-${at}`,
    interfaces: [{ name: "eth0", lan: lan("net") }],
  }));
  const svg = renderSvg(makeTopology(many));
  const width = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1]);
  const boxes = Array.from(
    svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g),
    ([, ...numbers]) => numbers.map(Number) as [number, number, number, number],
  );
  assert.equal(boxes.length, 60);
  for (const [i, [x, y, w, h]] of boxes.entries()) {
    assert.ok(x >= 0 && x + w <= width);
    for (const [otherX, otherY, otherW, otherH] of boxes.slice(i + 1)) {
      const isApart = x + w <= otherX || otherX + otherW <= x || y + h <= otherY ||
        otherY + otherH <= y;
      assert.ok(isApart, `${[x, y]} and ${[otherX, otherY]}`);
    }
  }
});
