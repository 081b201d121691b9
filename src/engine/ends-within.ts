const STEP_MS = 200;

/**
 * Whether something ends within a time, which is counted in steps of 200 ms: a pause of the whole machine takes but one
 * of them, so that an answer which it held back gets its time. Rejects where `work` does, meanwhile.
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
