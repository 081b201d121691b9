import { badRequest } from "./api-error.ts";

const SCHEMES = ["http:", "https:", "tg:", "mailto:", "tel:"];

/** @throws ApiError for a link that a message may not carry: relative, local, or of another scheme. */
export function checkLink(url: unknown, owner: string): string {
  if (typeof url !== "string" || url === "") throw badRequest(`${owner} URL is empty`);
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !SCHEMES.includes(parsed.protocol)) {
    throw badRequest(`${owner} URL '${url}' is invalid: Unsupported URL protocol`);
  }
  if (parsed.protocol.startsWith("http") && !isPublicHost(parsed.hostname)) {
    throw badRequest(`${owner} URL '${url}' is invalid: Wrong HTTP URL`);
  }
  return url;
}

/** Telegram takes names with a dot and addresses; `localhost` and bare names it refuses. */
function isPublicHost(host: string): boolean {
  return host.includes(".") || host.startsWith("[");
}
