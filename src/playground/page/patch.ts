import type { VElement, VNode } from "./vnode.ts";

const SVG = "http://www.w3.org/2000/svg";

/** Builds DOM nodes. Text only ever becomes text nodes, so no content can turn into markup. */
export function create(node: VNode): Node {
  if (typeof node === "string") return document.createTextNode(node);
  const isDrawing = node.tag === "svg" || node.tag === "use";
  const element = isDrawing ? document.createElementNS(SVG, node.tag) : document.createElement(node.tag);
  for (const [name, value] of Object.entries(node.attrs)) element.setAttribute(name, value);
  element.append(...node.children.map(create));
  return element;
}

/**
 * Changes `dom`, which shows `before`, until it shows `after`, and returns the node in its place.
 *
 * Only differences are touched: focus, selection, opened details and revealed spoilers survive an edit.
 */
export function patch(dom: Node, before: VNode, after: VNode): Node {
  if (before === after) return dom;
  if (typeof before === "string" && typeof after === "string") {
    if (before !== after) dom.nodeValue = after;
    return dom;
  }
  if (typeof before === "string" || typeof after === "string" || before.tag !== after.tag) {
    const fresh = create(after);
    dom.parentNode?.replaceChild(fresh, dom);
    return fresh;
  }
  if (dom instanceof Element) patchAttrs(dom, before, after);
  patchChildren(dom, before, after);
  return dom;
}

function patchAttrs(element: Element, before: VElement, after: VElement): void {
  for (const name of Object.keys(before.attrs)) {
    if (!(name in after.attrs)) element.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(after.attrs)) {
    if (before.attrs[name] !== value) element.setAttribute(name, value);
  }
}

function patchChildren(dom: Node, before: VElement, after: VElement): void {
  for (const [index, child] of after.children.entries()) {
    const shown = dom.childNodes[index];
    const old = before.children[index];
    if (shown === undefined || old === undefined) dom.appendChild(create(child));
    else patch(shown, old, child);
  }
  while (dom.childNodes.length > after.children.length && dom.lastChild) dom.removeChild(dom.lastChild);
}
