import type { Schedule } from "../domain/schedule.ts";
import { problemOf } from "../domain/schedule-times.ts";
import { type Asked, nameOf } from "../domain/schedule-words.ts";
import { MS_PER_DAY } from "../domain/time.ts";
import { UserError } from "../errors.ts";
import type { Access, Caller } from "./operation.ts";
import { type Entry, toEntry } from "./schedule-entry.ts";

/** A draft that nobody saves is forgotten then. */
const DRAFT_MS = MS_PER_DAY;

/**
 * Keeps a task that is to begin by time, until somebody saves it. In reply to a run it will resume the run's session,
 * each time.
 */
export function addDraft({ when, prompt }: Asked, { store, schedules, now }: Access, { place }: Caller): Entry {
  const problem = problemOf(when);
  if (problem !== undefined) throw new UserError(`That time cannot be: it ${problem}.`);
  store.schedules.dropDrafts(now - DRAFT_MS);
  const taken = new Set(schedules.list().map(({ schedule }) => schedule.name));
  const replied = place.reply && store.messages.runOf(place.chatId, place.reply.messageId);
  const schedule: Schedule = {
    ...{ name: nameOf(prompt, taken), when, prompt, chatId: place.chatId, topicId: place.topicId },
    ...{ only_when_idle: false, missed: "once" },
    ...(replied ? { session: "same", overlap: "queue" } : { session: "new", overlap: "skip" }),
  };
  const lastRunId = replied?.id ?? null;
  const fields = { state: "draft", definition: JSON.stringify(schedule), lastDueAt: now, lastRunId } as const;
  store.schedules.add({ name: schedule.name, ...fields });
  return toEntry({ schedule, stored: { name: schedule.name, ...fields } }, now);
}
