import type { IncomingMessage } from "node:http";
import { BOUNDS } from "../bounds.ts";

/** The whole body; undefined if it is longer than 1 MiB. Rejects if the sender goes away. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > BOUNDS.webhook.bodyBytes) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BOUNDS.webhook.bodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
