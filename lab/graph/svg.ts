// Draws a lab's topology as an SVG picture.
import { placeNodes, type Point } from "./layout.ts";
import type { Topology } from "./topology.ts";

/** Pixels that an edge would like to have. */
const EDGE = 90;
const MARGIN = 60;

/** An SVG document: devices as boxes, LANs as circles, interfaces at the devices' ends of the lines. */
export function renderSvg({ devices, lans, links }: Topology): string {
  const deviceAt = new Map(devices.map((name, at) => [name, at]));
  const lanAt = new Map(lans.map((name, at) => [name, devices.length + at]));
  const edges = links.map(({ device, lan }) => [deviceAt.get(device)!, lanAt.get(lan)!] as const);
  const points = placeNodes(devices.length + lans.length, edges)
    .map(({ x, y }): Point => ({ x: round(x * EDGE + MARGIN), y: round(y * EDGE + MARGIN) }));
  const width = Math.max(...points.map(({ x }) => x)) + MARGIN;
  const height = Math.max(...points.map(({ y }) => y)) + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `font-family="sans-serif" font-size="13" text-anchor="middle" dominant-baseline="central">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...links.flatMap(({ ifname }, at) => {
      const [from, to] = edges[at]!.map((node) => points[node]!) as [Point, Point];
      const label = { x: between(from.x, to.x), y: between(from.y, to.y) };
      return [
        `<line x1="${from.x}" y1="${from.y}" x2="${to.x}" y2="${to.y}" stroke="gray"/>`,
        text(label, ifname, `font-size="10" fill="gray"`),
      ];
    }),
    ...lans.flatMap((name) => {
      const { x, y } = points[lanAt.get(name)!]!;
      const shape = `<ellipse cx="${x}" cy="${y}" rx="${
        widthOf(name)
      }" ry="13" fill="#e7f0fb" stroke="#3572b0"/>`;
      return [shape, text({ x, y }, name)];
    }),
    ...devices.flatMap((name) => {
      const { x, y } = points[deviceAt.get(name)!]!;
      const half = widthOf(name);
      const shape = `<rect x="${round(x - half)}" y="${round(y - 13)}" width="${
        2 * half
      }" height="26" rx="3" fill="#fdf3d7" stroke="#b8860b"/>`;
      return [shape, text({ x, y }, name)];
    }),
    "</svg>",
    "",
  ].join("\n");
}

/** Half the width in pixels of a shape that a name fits in. */
function widthOf(name: string): number {
  return Math.max(14, name.length * 4.5 + 6);
}

/** Nearer to the device, for the interface is its. */
function between(from: number, to: number): number {
  return round(from + (to - from) * 0.4);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Names of devices and LANs have no character that XML would take for its own. */
function text({ x, y }: Point, words: string, more = ""): string {
  return `<text x="${x}" y="${y}" ${more}>${words}</text>`.replace(" >", ">");
}
