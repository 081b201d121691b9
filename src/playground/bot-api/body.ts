import type { IncomingMessage } from "node:http";
import { ApiError, badRequest } from "./api-error.ts";
import { Args } from "./args.ts";
import { parseMultipart } from "./multipart.ts";

/** Uploads on the public server may have 50 MB; a little more for the fields beside the file. */
export const MAX_BODY_BYTES = 51 * 1024 * 1024;

/** @throws ApiError 413 past `MAX_BODY_BYTES`. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new ApiError(413, "Request Entity Too Large");
  }
  return Buffer.concat(chunks);
}

/** Arguments from the query string and from a JSON, urlencoded or multipart body, as the Bot API takes them. */
export async function readArgs(request: IncomingMessage, query: URLSearchParams): Promise<Args> {
  const body = await readBody(request);
  const type = request.headers["content-type"] ?? "";
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(type)?.[1];
  const fromQuery = Object.fromEntries(query);
  if (boundary !== undefined) {
    const { values, files } = parseMultipart(body, boundary);
    return new Args({ ...fromQuery, ...values }, files);
  }
  return new Args({ ...fromQuery, ...(body.length > 0 ? fields(type, body.toString()) : {}) });
}

function fields(type: string, body: string): Record<string, unknown> {
  if (!type.startsWith("application/json")) return Object.fromEntries(new URLSearchParams(body));
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw badRequest("can't parse JSON object");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw badRequest("object expected");
  return { ...value };
}
