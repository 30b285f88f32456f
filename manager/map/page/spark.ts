// A sparkline: what has flowed in the last minute.
/// <reference lib="dom" />
import { HISTORY } from "./rates.ts";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [60, 16];

export function makeSpark(): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "sparkline");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "polyline");
  svg.append(line);
  return svg;
}

export function drawSpark(svg: SVGSVGElement, history: readonly number[]): void {
  const text = sparkPoints(history);
  const line = svg.firstElementChild!;
  if (line.getAttribute("points") !== text) line.setAttribute("points", text);
}

/** The latest is at the right; the highest is at the top. "" where nothing has flowed. */
export function sparkPoints(history: readonly number[]): string {
  const most = Math.max(...history, 0);
  if (most === 0) return "";
  const start = HISTORY - history.length;
  return history.map((value, at) => {
    const x = (start + at) * WIDTH / (HISTORY - 1);
    const y = HEIGHT - 1 - (HEIGHT - 2) * value / most;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  }).join(" ");
}
