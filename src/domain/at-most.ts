/** Carries out a few works at once; the others wait, in the order in which they came. */
export function atMost(most: () => number): <Value>(work: () => Promise<Value>) => Promise<Value> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running < most()) running += 1;
    else await new Promise<void>((next) => void waiting.push(next));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
