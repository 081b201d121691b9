/**
 * Tells the ms that have passed since this call, and `before` on top. A change of the clock does not count; on Linux,
 * neither does the time in which the machine sleeps.
 */
export function stopwatch(before = 0): () => number {
  const begin = performance.now();
  return () => Math.max(0, before) + performance.now() - begin;
}
