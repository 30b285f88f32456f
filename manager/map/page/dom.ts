// Makes elements. Names of others become text and nothing else.
/// <reference lib="dom" />
import { harmless } from "../../../shared/harmless.ts";

type Attributes = Readonly<Record<string, string | boolean | undefined>>;

/** An element; an attribute that is false or undefined is not set. Texts are made harmless. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? "" : harmless(value));
  }
  made.append(...children.map((child) => typeof child === "string" ? harmless(child) : child));
  return made;
}

/** An element of the page's own HTML. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** Changes a text only where it differs: an element that stays the same is not drawn again. */
export function setText(element: Element, text: string): void {
  const shown = harmless(text);
  if (element.textContent !== shown) element.textContent = shown;
}

/** A name that is written in its own direction, whatever it holds. */
export function name(text: string): HTMLElement {
  return el("bdi", {}, text);
}
