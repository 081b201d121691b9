import { z } from "zod";
import { parseReminder, parseSchedule } from "../../domain/schedule-words.ts";
import { defineOperation } from "../operation.ts";
import { addDraft } from "../schedule-draft.ts";
import { Entry, tellEntry } from "../schedule-entry.ts";
import { requireFew, runOf, targetOf } from "./run-of.ts";

export const scheduleTask = defineOperation({
  name: "schedule",
  summary: "propose a task that begins by time",
  guide:
    "Proposes a task that begins by time, once or again and again. The person sees it with its next times, and it counts only when they save it.",
  input: z.strictObject({
    when: z.string().trim().min(1).max(200).describe("`20m`, `9:00 weekdays`, `every 2h`, `cron 0 9 * * 1`"),
    task: z.string().trim().min(1).max(10_000),
    same_session: z.boolean().default(false).describe("whether it goes on with this session"),
  }),
  output: Entry,
  operands: ["when", "task"],
  intent: "write",
  idempotent: false,
  examples: [{ when: "9:00 weekdays", task: "run the tests", same_session: false }],
  run: (access, { when, task, same_session: isSame }, caller) => {
    const run = runOf(access, caller);
    requireFew(access, run, "messages");
    const words = `${when} ${task}`;
    const isOnce = /^\d+\s*[smhd]$/.test(when);
    const asked = isOnce ? parseReminder(words, access.now) : parseSchedule(words, access.now);
    const entry = addDraft(asked, access, { place: caller.place, follows: isSame ? run : undefined });
    access.say(targetOf(run), tellEntry(entry), false);
    return entry;
  },
  tell: ({ name }) => ({ body: `Proposed as ${name}: the person decides whether to save it.` }),
});
