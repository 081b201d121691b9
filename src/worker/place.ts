import { stat } from "node:fs/promises";
import type { Config } from "../config/config.ts";
import type { RunSpec } from "../domain/run.ts";
import { UserError } from "../errors.ts";
import type { Worktrees } from "./worktree.ts";

export interface PlaceOptions {
  readonly config: Config;
  /** Where a run without a project works. */
  readonly home: string;
  readonly worktrees: Worktrees;
  /** Ends git, should a worktree have to be made. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The directory that a run works in: its project's, its branch's worktree, or where the bridge was started.
 *
 * @throws UserError when the project or its directory is gone, or git refuses the branch; `signal.reason` once aborted.
 */
export async function placeOf(
  { project: alias, branch }: Pick<RunSpec, "project" | "branch">,
  { config, home, worktrees, signal }: PlaceOptions,
): Promise<string> {
  if (alias === undefined) return home;
  const project = config.projects.get(alias);
  if (!project) {
    const fix = "add it back to the config, or start a new session.";
    throw new UserError(`The project '${alias}' is not configured any more: ${fix}`);
  }
  await requireDirectory(project.path);
  return branch === undefined ? project.path : worktrees.ensure(project, branch, signal);
}

async function requireDirectory(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory())
    throw new UserError(`The directory ${path} does not exist: restore it, or correct the project's path.`);
}
