// How the graph looks, in the colours of the page's style sheet.
/// <reference lib="dom" />
import type { StylesheetJson } from "cytoscape";

/** Pixels of a link's rate, and the fewest that can be read when all is zoomed out. */
export const RATE_SIZE = 9;
export const LEAST_SIZE = 8;

/** Reads colours of the present scheme. */
function colours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ...{ text: read("text"), soft: read("soft"), line: read("line"), ground: read("ground") },
    ...{ raised: read("raised"), accent: read("accent"), flow: read("flow"), bad: read("bad") },
    ...{ warn: read("warn"), device: read("device"), lan: read("lan"), box: read("box") },
  };
}

/** @param many a large picture is seen from far away */
export function graphStyle(many: boolean): StylesheetJson {
  const { text, soft, line, ground, raised, accent, flow, bad, warn, device, lan, box } = colours();
  const label = {
    label: "data(label)",
    color: text,
    "font-family": "system-ui, sans-serif",
    "font-size": 11,
    "min-zoomed-font-size": 7,
    "text-outline-color": ground,
    "text-outline-width": 2,
  } as const;
  return [
    {
      selector: "node.device",
      style: {
        ...label,
        ...{ shape: "round-rectangle", width: 22, height: 22 },
        ...{ "background-color": device, "border-width": 1.5, "border-color": raised },
        ...{ "text-valign": "bottom", "text-margin-y": 3 },
      },
    },
    {
      selector: "node.lan",
      style: {
        ...label,
        ...{ shape: "ellipse", width: 12, height: 12, "background-color": lan },
        ...{ color: soft, "font-size": 10, "text-valign": "bottom", "text-margin-y": 2 },
      },
    },
    {
      selector: "node.box",
      style: {
        ...label,
        ...{ shape: "round-rectangle", "background-color": box, "background-opacity": 0.6 },
        ...{ "border-width": 1, "border-color": line, padding: "14px" },
        "compound-sizing-wrt-labels": many ? "exclude" : "include",
        ...{ "text-valign": "top", "text-margin-y": -4, color: soft, "font-size": many ? 26 : 12 },
      },
    },
    {
      selector: "node.empty",
      style: { width: many ? 60 : 34, height: many ? 36 : 20, padding: "0px" },
    },
    {
      selector: "node.flat",
      style: { padding: "0px", "z-compound-depth": "bottom" },
    },
    {
      selector: "edge",
      style: {
        ...{ width: "data(width)", "line-color": line, "curve-style": "haystack" },
        ...{ "haystack-radius": 0, "line-cap": "round" },
      },
    },
    {
      selector: "edge.flows",
      style: {
        "line-color": flow,
        ...(many && { "line-opacity": 0.6 }),
        ...{ label: "data(label)", color: text, "font-size": RATE_SIZE },
        ...{ "min-zoomed-font-size": LEAST_SIZE },
        ...{ "text-outline-color": ground, "text-outline-width": 2 },
        ...{ "font-family": "system-ui, sans-serif" },
      },
    },
    { selector: ".down", style: { "line-color": bad, "line-style": "dashed" } },
    { selector: ".no-carrier", style: { "line-color": warn, "line-style": "dashed" } },
    { selector: ".lost", style: { "line-style": "dotted", opacity: 0.55 } },
    { selector: "node.device.down", style: { "border-color": bad, "border-style": "dashed" } },
    {
      selector: "node.device.no-carrier",
      style: { "border-color": warn, "border-style": "dashed" },
    },
    { selector: "node.lan.down", style: { "background-color": bad } },
    {
      selector: "node.box.troubled",
      style: {
        ...{ "border-color": bad, "border-width": many ? 6 : 2.5, "border-style": "dashed" },
        ...{ "background-color": bad, "background-opacity": 0.16, color: bad },
      },
    },
    { selector: ".dim", style: { opacity: 0.15 } },
    { selector: ".unseen", style: { display: "none" } },
    {
      selector: "node.chosen, node.focus",
      style: {
        ...{ "outline-width": 3, "outline-color": accent, "outline-offset": 2, "z-index": 10 },
        "min-zoomed-font-size": 0,
      },
    },
    { selector: "edge.chosen", style: { "z-index": 9, "line-color": accent } },
  ] as unknown as StylesheetJson;
}
