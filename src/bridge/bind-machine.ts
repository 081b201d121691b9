import type { Config } from "../config/config.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { UserError } from "../errors.ts";
import type { StoredRun } from "../store/stored-run.ts";
import type { BridgeOptions } from "./options.ts";
import { sessionOf } from "./thread.ts";

type Parts = Pick<BridgeOptions, "config" | "store">;

/** The machine of a project now; "" is the bridge's own. */
export const machineNow = (project: string | null, config: Config): string =>
  config.projects.get(project ?? "")?.machine ?? "";

/**
 * Binds a run to the machine of its project, for good: another machine may begin it as soon as it has it, so a project
 * that moves later does not take the run along.
 *
 * @throws UserError if the run's session is on another machine, or nothing leads to the run's own any more.
 */
export function bindMachine(run: StoredRun, parts: Parts): StoredRun {
  const config = parts.config();
  if (run.machine) {
    if (config.machines) return run;
    throw new UserError(`This was for ${run.machine}, and the config names no broker any more: send it again.`);
  }
  const { session } = sessionOf(run, parts.store.runs);
  if (session !== undefined) requireSameMachine(run, session, parts);
  const machine = machineNow(run.project, config);
  if (machine !== run.machine) parts.store.runs.setMachine(run.id, machine);
  return { ...run, machine };
}

/** @throws UserError if a session is on another machine than its project is now. */
export function requireSameMachine(
  { engine, project }: Pick<StoredRun, "engine" | "project">,
  session: string,
  { config, store }: Parts,
): void {
  const was = store.runs.bySession(engine, session)?.machine ?? undefined;
  const now = machineNow(project, config());
  if (was === undefined || was === now) return;
  throw new UserError(
    `This session is on ${nameOf(was)}, and the project ${inlineCode(project ?? "")} is on ${nameOf(now)} now: begin a new session with a message that is no reply, or after \`/new\`.`,
  );
}

const nameOf = (machine: string): string => (machine === "" ? "the bridge's own machine" : machine);
