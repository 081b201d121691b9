import type { Socket } from "node:net";

/** How often an output is looked at after the exit of its process. */
const LOOK_MS = 50;
/** Looks in a row that must find nothing new. The event loop polls between two looks, so that the kernel has nothing. */
const CALM_LOOKS = 2;
/** After which an output that never falls silent is closed. */
const MAX_LOOKS = 20;
/** More than the kernel can have held of the process's own output at its exit. */
const MAX_REST_BYTES = 1024 * 1024;

/**
 * Closes an output whose process has exited but which a child of it still holds open: what was written before is
 * read, then nothing more is waited for. Does nothing to one that ends by itself, as all do without such a child.
 */
export function closeWhenQuiet(output: Socket): void {
  const atExit = output.bytesRead;
  let seen = atExit;
  let looks = 0;
  let calm = 0;
  const timer = setInterval(() => {
    const isBehind = output.readableLength > 0;
    const isQuiet = output.bytesRead === seen && !isBehind;
    seen = output.bytesRead;
    calm = isQuiet ? calm + 1 : 0;
    if (!isBehind) looks += 1;
    if (calm >= CALM_LOOKS || looks >= MAX_LOOKS || seen - atExit > MAX_REST_BYTES) output.destroy();
  }, LOOK_MS);
  timer.unref();
  output.once("close", () => clearInterval(timer));
}
