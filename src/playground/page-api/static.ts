import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { pageFolders } from "../../program-files.ts";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  map: "application/json",
  svg: "image/svg+xml",
};

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

/** Headers of every answer to the page: nothing from elsewhere loads, and nothing is sent elsewhere. */
export const PAGE_HEADERS = {
  "content-security-policy": POLICY,
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** Serves a file of the page; `/` is its `index.html`. Answers false if there is none. */
export async function serveStatic(path: string, response: ServerResponse): Promise<boolean> {
  const name = path === "/" ? "index.html" : path.slice(1);
  const type = TYPES[/^[a-z0-9-]+(?:\.js)?\.([a-z]+)$/.exec(name)?.[1] ?? ""];
  if (type === undefined) return false;
  for (const folder of pageFolders) {
    const content = await readFile(new URL(name, folder)).catch(ignoreMissing);
    if (content === undefined) continue;
    response.writeHead(200, { ...PAGE_HEADERS, "content-type": type }).end(content);
    return true;
  }
  return false;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
