import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { PAGE_KEY_HEADER } from "../protocol.ts";

/**
 * Why a request to the page's endpoints is refused; undefined if it is not. A foreign site must not get in: its
 * requests name it as their origin, a name that it rebinds to 127.0.0.1 shows as the host, and it lacks the key.
 */
export function findIntruder(request: IncomingMessage, url: URL, key: string): string | undefined {
  return findForeignHost(request) ?? (hasKey(request, url, key) ? undefined : "The page's key is missing or wrong.");
}

/** The part of the check that files without secrets have to pass too. */
export function findForeignHost(request: IncomingMessage): string | undefined {
  const { host, origin } = request.headers;
  if (!isLoopback(host)) return "This server answers on 127.0.0.1 and localhost only.";
  if (origin !== undefined && origin !== `http://${host}`) return "Requests from other sites are refused.";
  if (request.headers["sec-fetch-site"] === "cross-site" && request.method !== "GET") {
    return "Requests from other sites are refused.";
  }
  return undefined;
}

function isLoopback(host: string | undefined): boolean {
  return host !== undefined && /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/i.test(host);
}

function hasKey(request: IncomingMessage, url: URL, key: string): boolean {
  const given = Buffer.from(String(request.headers[PAGE_KEY_HEADER] ?? url.searchParams.get("key") ?? ""));
  const expected = Buffer.from(key);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
