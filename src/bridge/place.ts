import type { Config } from "../config/config.ts";
import { UserError } from "../errors.ts";
import type { StoredRun } from "../store/runs.ts";
import { ensureWorktree, requireDirectory } from "./worktree.ts";

/**
 * The directory that a run works in: its project's, its branch's worktree, or where the bridge was started.
 *
 * @throws UserError when the project or its directory is gone, or git refuses the branch.
 */
export async function placeOf(run: StoredRun, config: Config, home: string): Promise<string> {
  if (run.project === null) return home;
  const project = config.projects.get(run.project);
  if (!project)
    throw new UserError(
      `The project '${run.project}' is not configured any more: add it back to the config, or start a new thread.`,
    );
  await requireDirectory(project.path);
  return run.branch === null ? project.path : ensureWorktree(project, run.branch);
}
