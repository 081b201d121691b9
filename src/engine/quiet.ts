import type { Socket } from "node:net";

/** The pause between two looks at an output after the exit of its process. */
const LOOK_MS = 50;
/**
 * The number of looks in a row that must find nothing new. The event loop polls between two looks, so nothing is left
 * in the kernel.
 */
const CALM_LOOKS = 2;
/** An output that never falls silent is closed after this. */
const MAX_LOOKS = 20;
/** More than the kernel can have held of the process's own output at its exit. */
const MAX_REST_BYTES = 1024 * 1024;

/**
 * Closes an output whose process has exited but which one of its children still holds open: reads what was written
 * before, then waits for nothing more. Does nothing to an output that ends by itself.
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
