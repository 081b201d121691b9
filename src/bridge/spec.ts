import { presetOptions } from "../config/presets.ts";
import { toAttachments, withPlaces } from "../domain/files.ts";
import type { GoalTerms } from "../domain/goal.ts";
import type { RunSpec } from "../domain/run.ts";
import type { Setting } from "../domain/settings.ts";
import { UserError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import type { StoredRun } from "../store/stored-run.ts";
import type { Briefs } from "../store/threads.ts";
import { placeOf } from "./fetch-files.ts";
import type { BridgeOptions } from "./options.ts";
import { settingsOf } from "./settings.ts";
import { sessionOf } from "./thread.ts";

type SpecParts = Pick<BridgeOptions, "config" | "engines" | "store">;

/**
 * A stored run as a worker is told to carry it out.
 *
 * @throws UserError if it continues a task that ended without a session.
 */
export function specOf(run: StoredRun, parts: SpecParts): RunSpec {
  const { id: runId, engine, prompt, files, follows } = run;
  const { session } = sessionOf(run, parts.store.runs);
  if (session === undefined && follows !== null) {
    const problem = "The task before this one ended without a session to continue";
    throw new UserError(`${problem}: send this again as a new message.`);
  }
  return {
    ...{ runId, engine, prompt: withPlaces(prompt, files, session !== undefined), attachments: toAttachments(files) },
    overrides: overridesOf(run, session, parts),
    ...(session !== undefined && { session }),
    ...placeOf(run),
    goalBudget: parts.config().limits.goal_tokens,
    ...(run.origin.type === "command" && { isCommand: true as const }),
    ...(run.origin.type === "goal" && { goal: termsOf(run.origin) }),
  };
}

const termsOf = ({ isResumed, tokenBudget, minutes }: GoalTerms): GoalTerms => ({
  ...{ isResumed, tokenBudget },
  ...(minutes !== undefined && { minutes }),
});

/** Choices of the session or its conversation that override the config. @throws UserError for a preset that cannot hold. */
export function overridesOf(run: StoredRun, session: string | undefined, parts: SpecParts): RunSpec["overrides"] {
  const engine = parts.engines.find(({ id }) => id === run.engine);
  if (!engine) return {};
  const config = parts.config();
  const settings = settingsOf(run, { ...parts, config });
  const preset = presetOptions(run.presets, engine, config);
  const use = { engine, project: run.project ?? undefined, session, preset };
  const model = chosen(settings.model(use));
  const reasoning = chosen(settings.reasoning(use));
  return {
    ...(model !== undefined && { model }),
    ...(reasoning !== undefined && { reasoning }),
    ...(run.presets.length > 0 && { preset }),
  };
}

/** The config's own values reach the engine with its other options. */
const chosen = (setting: Setting | undefined): string | undefined =>
  setting?.layer === "project" || setting?.layer === "global" ? undefined : setting?.value;

/** Texts for the session before the prompt. A command must come first in its message, and a goal is read as it is. */
export const briefsFor = (
  { engine, session, isCommand, goal }: RunSpec,
  { threads }: Pick<Store, "threads">,
): Briefs =>
  session === undefined || isCommand || goal
    ? { engine, session: "", texts: [], upTo: 0 }
    : threads.briefs(engine, session);
