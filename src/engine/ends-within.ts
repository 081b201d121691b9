const STEP_MS = 200;

/**
 * Whether something ends within a time. The time is counted in steps of 200 ms: a pause of the whole machine takes only
 * one step, so that an answer which the pause held back still gets its time. Rejects if `work` rejects meanwhile.
 */
export async function endsWithin(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  const ended = work.then(() => true);
  for (let waitedMs = 0; waitedMs < limitMs; waitedMs += STEP_MS) {
    let timer: NodeJS.Timeout | undefined;
    const step = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, STEP_MS, false);
    });
    try {
      if (await Promise.race([ended, step])) return true;
    } finally {
      clearTimeout(timer);
    }
  }
  return false;
}
