import { EngineError } from "../errors.ts";
import { isWithin, realPath } from "./trust.ts";

/**
 * A session of an engine names the directory that it works in, and whoever wrote the session chose that.
 *
 * @param known Directories of projects, of their worktrees, and of runs without a project; undefined for any.
 * @throws EngineError if it is none of them.
 */
export function requireKnown(label: string, directory: string, known: readonly string[] | undefined): void {
  if (known === undefined || known.some((parent) => isWithin(realPath(parent), realPath(directory)))) return;
  throw new EngineError(
    `This ${label} session works in ${directory}, which is no project here: run \`takopi init\` there, or start a new session.`,
  );
}
