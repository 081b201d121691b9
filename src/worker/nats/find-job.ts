import type { RemoteRunOptions } from "./remote-run.ts";
import { readSaid } from "./schema.ts";
import type { Kept } from "./streams.ts";

interface Found {
  readonly jobId: string;
  /** The newest that was said of it; undefined if its machine may not have it yet. */
  readonly last: Kept | undefined;
}

/**
 * The id of a run at its machine. A run that was stopped and is to run again, since more of its prompt has come, gets
 * another one; everything else is never run a second time.
 */
export async function findJob({ machine, post, spec, left }: RemoteRunOptions): Promise<Found> {
  let before: Found | undefined;
  for (let tries = 0; ; tries++) {
    const jobId = tries === 0 ? spec.runId : `${spec.runId}_${tries}`;
    const last = await post.streams.last(machine, jobId);
    if (last === undefined && left?.hasBegun) return before ?? { jobId, last };
    if (last === undefined) return { jobId, last };
    const said = readSaid(await post.values.unpack(machine, last.body));
    const isStopped = said?.type === "fenced" || (said?.type === "event" && said.isStopped === true);
    if (!isStopped) return { jobId, last };
    before = { jobId, last };
  }
}
