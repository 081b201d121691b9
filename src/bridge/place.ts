import type { Config } from "../config/config.ts";
import { UserError } from "../errors.ts";
import type { StoredRun } from "../store/runs.ts";
import { ensureWorktree, requireDirectory } from "./worktree.ts";

export interface PlaceParts {
  readonly config: Config;
  readonly home: string;
  /** Ends git where a worktree has to be made. */
  readonly signal?: AbortSignal;
}

/**
 * The directory that a run works in: its project's, its branch's worktree, or where the bridge was started.
 *
 * @throws UserError when the project or its directory is gone, or git refuses the branch; `signal.reason` where that is aborted.
 */
export async function placeOf(run: StoredRun, { config, home, signal }: PlaceParts): Promise<string> {
  if (run.project === null) return home;
  const project = config.projects.get(run.project);
  if (!project)
    throw new UserError(
      `The project '${run.project}' is not configured any more: add it back to the config, or start a new thread.`,
    );
  await requireDirectory(project.path);
  return run.branch === null ? project.path : ensureWorktree(project, run.branch, signal);
}
