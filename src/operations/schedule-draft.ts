import { resolvePrompt } from "../bridge/resolve.ts";
import { parseCommand } from "../domain/directives.ts";
import type { Schedule } from "../domain/schedule.ts";
import { problemOf } from "../domain/schedule-times.ts";
import { type Asked, nameOf } from "../domain/schedule-words.ts";
import { MS_PER_DAY } from "../domain/time.ts";
import { UserError } from "../errors.ts";
import type { StoredRun } from "../store/stored-run.ts";
import type { Access, Caller } from "./operation.ts";
import { type Entry, toEntry } from "./schedule-entry.ts";

/** A draft that nobody saves is forgotten then. */
const DRAFT_MS = MS_PER_DAY;

/** Where a draft will run. */
interface DraftPlace extends Pick<Caller, "place"> {
  /** The run whose session it will resume, each time. */
  readonly follows?: StoredRun | undefined;
  /** See `Schedule.isPlain`. */
  readonly isPlain?: boolean | undefined;
}

/** The run that a message replies to. */
export const repliedRun = ({ store }: Access, { place }: Caller): StoredRun | undefined =>
  place.reply && store.messages.runOf(place.chatId, place.reply.messageId);

/**
 * A task that would fail each time it is due is refused at once.
 *
 * @throws UserError
 */
function requireTask(text: string, access: Access, place: Caller["place"]): void {
  const { prompt } = resolvePrompt({ ...place, reply: undefined, text }, access);
  const command = parseCommand(prompt);
  if (command === undefined) return;
  const what = `\`/${command.name}\` is no engine, project or preset`;
  throw new UserError(`${what}, and a command cannot begin by time: write a task.`, { code: "usage" });
}

/** Keeps a task that is to begin by time, until somebody saves it. */
export function addDraft({ when, prompt }: Asked, access: Access, { place, follows, isPlain }: DraftPlace): Entry {
  const { store, schedules, now } = access;
  const problem = problemOf(when);
  if (problem !== undefined) throw new UserError(`That time cannot be: it ${problem}.`, { code: "usage" });
  if (!isPlain) requireTask(prompt, access, place);
  store.schedules.dropDrafts(now - DRAFT_MS);
  const taken = new Set(schedules.list().map(({ schedule }) => schedule.name));
  const schedule: Schedule = {
    ...{ name: nameOf(prompt, taken), when, prompt, chatId: place.chatId, topicId: place.topicId },
    ...{ only_when_idle: false, missed: "once", isPlain },
    ...(follows ? { session: "same", overlap: "queue" } : { session: "new", overlap: "skip" }),
  };
  const lastRunId = follows?.id ?? null;
  const fields = { state: "draft", definition: JSON.stringify(schedule), lastDueAt: now, lastRunId } as const;
  store.schedules.add({ name: schedule.name, ...fields });
  return toEntry({ schedule, stored: { name: schedule.name, ...fields } }, now);
}
