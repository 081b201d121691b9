import type { Socket } from "node:net";

/** How long an output must be silent after the exit of its process before it is closed. */
const QUIET_MS = 100;
/** What is read at most in such steps from an output that never falls silent. */
const MAX_STEPS = 10;
/** More than the kernel can have held of the process's own output at its exit. */
const MAX_REST_BYTES = 1024 * 1024;

/**
 * Closes an output whose process has exited but which a child of it still holds open: what was written before is
 * read, then nothing more is waited for. Does nothing to one that ends by itself, as all do without such a child.
 */
export function closeWhenQuiet(output: Socket): void {
  const atExit = output.bytesRead;
  let seen = atExit;
  let steps = 0;
  const timer = setInterval(() => {
    const isBehind = output.readableLength > 0;
    const isQuiet = output.bytesRead === seen;
    seen = output.bytesRead;
    if (!isBehind) steps += 1;
    if ((isQuiet && !isBehind) || steps >= MAX_STEPS || seen - atExit > MAX_REST_BYTES) output.destroy();
  }, QUIET_MS);
  timer.unref();
  output.once("close", () => clearInterval(timer));
}
