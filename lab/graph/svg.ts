// Draws a lab's topology as an SVG picture.
import { placeNodes, type Point } from "./layout.ts";
import { countOverlaps, type Extent, separate } from "./separate.ts";
import { shortenAddress, subnetOf } from "./subnets.ts";
import type { Link, Topology } from "./topology.ts";

/** Pixels that an edge may have: the shortest with which few shapes lie over each other. */
const EDGES = [70, 90, 110, 140, 180, 230, 300, 400] as const;
const MARGIN = 24;
/** Space around a shape, for the words at its lines. */
const AROUND = 12;
const LINE_HEIGHT = 12;

/** A device or a LAN in the picture: its name, smaller lines below it, and its size. */
interface Shape extends Extent {
  readonly name: string;
  readonly lines: readonly string[];
  readonly at: Point;
}

/**
 * An SVG document that fits the window: devices as boxes, LANs as ellipses with their subnets, and
 * interfaces with the ends of their addresses at the devices' ends of the lines.
 */
export function renderSvg({ devices, lans, links }: Topology): string {
  const subnets = (lan: string) => [
    ...new Set(
      links.filter((link) => link.lan === lan).flatMap(({ addresses = [] }) => addresses)
        .flatMap((address) => subnetOf(address) ?? []),
    ),
  ];
  const bare = [
    ...devices.map((name) => ({ name, lines: [] as string[] })),
    ...lans.map((name) => ({ name, lines: subnets(name) })),
  ].map((one) => ({ ...one, ...measure(one.name, one.lines) }));
  const deviceAt = new Map(devices.map((name, at) => [name, at]));
  const lanAt = new Map(lans.map((name, at) => [name, devices.length + at]));
  const edges = links.map(({ device, lan }) => [deviceAt.get(device)!, lanAt.get(lan)!] as const);
  const extents = bare.map(({ halfWidth, halfHeight }) => ({
    halfWidth: halfWidth + AROUND,
    halfHeight: halfHeight + AROUND,
  }));
  const places = placeNodes(bare.length, edges);
  const scale = (edge: number) => places.map(({ x, y }) => ({ x: x * edge, y: y * edge }));
  const edge = EDGES.find((one) => countOverlaps(scale(one), extents) <= bare.length / 6);
  const points = separate(scale(edge ?? EDGES.at(-1)!), extents);
  const left = Math.min(...bare.map(({ halfWidth }, at) => points[at]!.x - halfWidth)) - MARGIN;
  const top = Math.min(...bare.map(({ halfHeight }, at) => points[at]!.y - halfHeight)) - MARGIN;
  const shapes = bare.map((one, at): Shape => ({
    ...one,
    at: { x: round(points[at]!.x - left), y: round(points[at]!.y - top) },
  }));
  const width = Math.ceil(Math.max(...shapes.map((one) => one.at.x + one.halfWidth)) + MARGIN);
  const height = Math.ceil(Math.max(...shapes.map((one) => one.at.y + one.halfHeight)) + MARGIN);
  const ends = links.map((link, at) => {
    const [device, lan] = edges[at]!.map((node) => shapes[node]!) as [Shape, Shape];
    return { link, device, lan };
  });
  const interfaces = ends.map(({ link, device, lan }) => drawInterface(link, device, lan));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" style="max-width:100%;height:auto" ` +
    `font-family="sans-serif" font-size="13" text-anchor="middle">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...ends.map(({ device, lan }) =>
      `<line x1="${device.at.x}" y1="${device.at.y}" x2="${lan.at.x}" y2="${lan.at.y}" stroke="gray"/>`
    ),
    ...shapes.slice(devices.length).map(drawLan),
    ...shapes.slice(0, devices.length).map(drawDevice),
    // The names come last, so that no line, shape or halo lies over a name.
    ...interfaces.map(({ halo }) => halo),
    ...interfaces.map(({ words }) => words),
    "</svg>",
    "",
  ].join("\n");
}

function measure(name: string, lines: readonly string[]): Extent {
  const widest = Math.max(name.length * 4.2, ...lines.map((line) => line.length * 3));
  return { halfWidth: Math.max(16, widest + 8), halfHeight: 13 + lines.length * (LINE_HEIGHT / 2) };
}

function drawDevice({ name, at, halfWidth, halfHeight }: Shape): string {
  return `<rect x="${round(at.x - halfWidth)}" y="${round(at.y - halfHeight)}" ` +
    `width="${2 * halfWidth}" height="${2 * halfHeight}" rx="3" fill="#fdf3d7" stroke="#b8860b"/>` +
    text(at, name);
}

function drawLan({ name, lines, at, halfWidth, halfHeight }: Shape): string {
  const first = at.y - (lines.length * LINE_HEIGHT) / 2;
  return `<ellipse cx="${at.x}" cy="${at.y}" rx="${round(halfWidth)}" ry="${halfHeight}" ` +
    `fill="#e7f0fb" stroke="#3572b0"/>` +
    text({ x: at.x, y: first }, name) +
    lines.map((line, row) =>
      text({ x: at.x, y: first + (row + 1) * LINE_HEIGHT }, line, `font-size="9" fill="#3572b0"`)
    ).join("");
}

/** Draws the words of an interface beside the device's box, on the way to the LAN. */
function drawInterface(
  { ifname, addresses = [] }: Link,
  device: Shape,
  lan: Shape,
): { readonly halo: string; readonly words: string } {
  const [x, y] = [lan.at.x - device.at.x, lan.at.y - device.at.y];
  const length = Math.max(1, Math.hypot(x, y));
  // The words stand where the line leaves the box, and half their width further.
  const toEdge = Math.min(
    device.halfWidth / Math.max(0.001, Math.abs(x / length)),
    device.halfHeight / Math.max(0.001, Math.abs(y / length)),
  );
  const words = [ifname, ...addresses.map(shortenAddress)].join(" ");
  const half = words.length * 2.6;
  const further = half * Math.abs(x / length) + 9 * Math.abs(y / length) + 3;
  const share = Math.min(0.5, (toEdge + further) / length);
  const at = { x: round(device.at.x + x * share), y: round(device.at.y + y * share) };
  // Between two words no letter would hide the line, so the halo is a bar as wide as the words.
  const halo = `<path d="M${round(at.x - half)} ${at.y}h${round(2 * half)}" stroke="white" ` +
    `stroke-width="12" stroke-opacity="0.85"/>`;
  const title = addresses.length === 0 ? "" : `<title>${[ifname, ...addresses].join(" ")}</title>`;
  return { halo, words: text(at, words, `font-size="10" fill="#444"`, title) };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/**
 * Writes words in the picture. `dy` puts the middle of the letters to y, because dominant-baseline
 * is not inherited everywhere. Names of devices, LANs and addresses have no character that XML
 * reserves.
 */
function text({ x, y }: Point, words: string, more = "", inside = ""): string {
  return `<text x="${x}" y="${round(y)}" dy="0.35em"${more && ` ${more}`}>${words}${inside}</text>`;
}
