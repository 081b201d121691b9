import type { Readable } from "node:stream";

/** Gives what an output printed, up to `maxBytes`; more than that calls `tooMuch`. */
export function collect(output: Readable, maxBytes: number, tooMuch: () => void): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  output.on("data", (chunk: Buffer) => {
    const room = maxBytes - size;
    size += chunk.length;
    chunks.push(chunk.length > room ? chunk.subarray(0, Math.max(0, room)) : chunk);
    if (size > maxBytes) tooMuch();
  });
  output.on("error", () => {});
  return () => Buffer.concat(chunks).toString("utf8");
}
