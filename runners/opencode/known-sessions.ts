import type { RunEvent } from "../../src/domain/events.ts";
import type { Run, RunRequest } from "../../src/engine/contract.ts";

/** How many sessions are remembered; the one that was learned first is forgotten first. */
const LIMIT = 1000;

const directories = new Map<string, string>();

/** Where a session lives, if this program has begun or resumed it: to ask opencode costs a start of it. */
export const recallDirectory = (session: string): string | undefined => directories.get(session);

export function rememberDirectory(session: string, directory: string): void {
  directories.set(session, directory);
  const [oldest] = directories.keys();
  if (directories.size > LIMIT && oldest !== undefined) directories.delete(oldest);
}

/** The same run, from which is learned where its session lives. */
export function learnFrom(run: Run, request: RunRequest): Run {
  return {
    controls: run.controls,
    stop: (reason) => run.stop(reason),
    [Symbol.asyncIterator]: () => watch(run, request),
  };
}

async function* watch(run: Run, { resume, cwd }: RunRequest): AsyncGenerator<RunEvent, undefined> {
  let hasStarted = false;
  try {
    for await (const event of run) {
      if (event.type === "started") {
        hasStarted = true;
        if (resume === undefined) rememberDirectory(event.resume.value, cwd);
      }
      yield event;
    }
  } finally {
    // It may have been moved or deleted meanwhile: the next attempt asks again.
    if (!hasStarted && resume !== undefined) directories.delete(resume.value);
  }
}
