import { h, type VNode } from "./vnode.ts";

const SCHEMES = new Set(["http:", "https:", "mailto:", "tg:"]);

const BARE_HOST = /^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+(:\d+)?([/?#]|$)/u;

/** The address if a click on it can do no more than open it, else `undefined`. A bare host gets `https`. */
export function safeUrl(address: string): string | undefined {
  const trimmed = address.trim();
  const url = parse(BARE_HOST.test(trimmed) ? `https://${trimmed}` : trimmed);
  return url && SCHEMES.has(url.protocol) ? url.href : undefined;
}

function parse(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}

/** A link to `address`, or its plain text if the scheme is not one that the page follows. */
export function linkNode(address: string, children: readonly VNode[]): VNode {
  const href = safeUrl(address);
  if (href === undefined) return h("span", {}, children);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", title: href }, children);
}
