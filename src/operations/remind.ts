import { z } from "zod";
import { parseReminder } from "../domain/schedule-words.ts";
import { defineOperation } from "./operation.ts";
import { addDraft, repliedRun } from "./schedule-draft.ts";
import { Entry, tellEntry } from "./schedule-entry.ts";

export const remind = defineOperation({
  name: "remind",
  summary: "run a task once, after a while",
  input: z.strictObject({ task: z.string().default("") }),
  output: Entry,
  argument: "task",
  intent: "write",
  idempotent: false,
  examples: [{ task: "20m look at the build" }],
  run: (access, { task }, caller) =>
    addDraft(parseReminder(task, access.now), access, { ...caller, follows: repliedRun(access, caller) }),
  tell: tellEntry,
});
