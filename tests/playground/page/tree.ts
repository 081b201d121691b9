import { textOf, type VElement, type VNode } from "../../../src/playground/page/vnode.ts";

/** Nodes as short markup, for assertions: tags and text, attributes only where they are asked for. */
export function outline(nodes: readonly VNode[], attrs: readonly string[] = []): string {
  return nodes
    .map((node) => {
      if (typeof node === "string") return node;
      const shown = attrs.flatMap((name) => (name in node.attrs ? ` ${name}=${node.attrs[name]}` : [])).join("");
      return `<${node.tag}${shown}>${outline(node.children, attrs)}</${node.tag}>`;
    })
    .join("");
}

/** Every element of a tree, outermost first. */
export function elementsOf(nodes: readonly VNode[]): VElement[] {
  return nodes.flatMap((node) => (typeof node === "string" ? [] : [node, ...elementsOf(node.children)]));
}

/** Texts of all elements with a tag. */
export const textsOf = (nodes: readonly VNode[], tag: string): string[] =>
  elementsOf(nodes)
    .filter((element) => element.tag === tag)
    .map((element) => textOf([element]));
