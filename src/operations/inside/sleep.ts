import { z } from "zod";
import { parseDuration } from "../../domain/duration.ts";
import { MS_PER_DAY } from "../../domain/time.ts";
import { UserError } from "../../errors.ts";
import { defineOperation } from "../operation.ts";
import { addDraft } from "../schedule-draft.ts";
import { Entry, tellEntry } from "../schedule-entry.ts";
import { requireFew, runOf, targetOf } from "./run-of.ts";

export const sleep = defineOperation({
  name: "sleep",
  summary: "be woken in this session after a while",
  guide:
    "Wakes you in this session after a while, a day at most, with a task for then. End your turn after it: nothing waits meanwhile. Once a turn; the person sees it and may delete it.",
  input: z.strictObject({
    time: z.string().trim().min(1).max(20).describe("`90s`, `20m`, `2h`"),
    task: z.string().trim().min(1).max(10_000),
  }),
  output: Entry,
  operands: ["time", "task"],
  intent: "write",
  idempotent: false,
  examples: [{ time: "20m", task: "look whether the build is done" }],
  run: (access, { time, task }, caller) => {
    const { store, schedules, now } = access;
    const run = runOf(access, caller);
    const ms = parseDuration(time);
    if (ms === undefined || ms < 1 || ms > MS_PER_DAY) {
      throw new UserError("Write a time of more than nothing and a day at most, such as `20m`.", { code: "usage" });
    }
    requireFew(access, run, "sleeps");
    const asked = { when: { at: now + ms }, prompt: task };
    const draft = addDraft(asked, access, { place: caller.place, follows: run, isPlain: true });
    store.schedules.setState(draft.name, "active", now);
    schedules.wake();
    const entry = { ...draft, state: "active" as const };
    access.say(targetOf(run), tellEntry(entry), true);
    return entry;
  },
  tell: ({ name }) => ({ body: `You will be woken: ${name}. End your turn now.` }),
});
