import { z } from "zod";
import type { ListedSchedule } from "../bridge/schedules.ts";
import { shortenLine } from "../domain/cut.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { moment } from "../domain/moment.ts";
import { nextTimes } from "../domain/schedule-times.ts";
import { describeWhen } from "../domain/schedule-words.ts";
import type { OperationButton, Told } from "./operation.ts";

/** A schedule as operations show it. */
export const Entry = z.object({
  name: z.string(),
  state: z.enum(["draft", "active", "paused"]),
  when: z.string(),
  /** The next three times, ms since 1970; none while it is paused. */
  next: z.array(z.number()),
  task: z.string(),
  /** The config has it: there it is changed and deleted. */
  isConfigured: z.boolean(),
});
export type Entry = z.infer<typeof Entry>;

const SHOWN_TIMES = 3;
/** In characters. */
const TASK_LENGTH = 60;

export function toEntry({ schedule, stored }: ListedSchedule, now: number): Entry {
  const { name, when, prompt: task } = schedule;
  const { state, definition } = stored;
  const next = state === "paused" ? [] : nextTimes(when, now, SHOWN_TIMES);
  return { name, state, when: describeWhen(when), next, task, isConfigured: definition === null };
}

/** One schedule with its next times, and what can be done to it. */
export function tellEntry(entry: Entry): Pick<Told, "body" | "buttons" | "next"> {
  const { name, state, when, task } = entry;
  const times = entry.next.map((at) => `- ${moment(at)}`).join("\n");
  const head = state === "draft" ? `${when}: not saved yet.` : `${inlineCode(name)} · ${when}${PAUSED[state]}`;
  const body = [head, inlineCode(shortenLine(task, 4 * TASK_LENGTH)), ...(times === "" ? [] : [`Next:\n\n${times}`])];
  const next = state === "draft" && { next: `\`takopi schedule save ${name}\` saves it.` };
  return { body: body.join("\n\n"), buttons: [buttonsOf(entry, "", false)], ...next };
}

/** In a list: with its number, which its buttons bear too. */
export const lineOf = ({ name, state, when, next, task }: Entry, number: number): string =>
  [
    `${number}. ${inlineCode(name)}`,
    `${when}${PAUSED[state]}`,
    ...(next[0] === undefined ? [] : [`next ${moment(next[0])}`]),
    inlineCode(shortenLine(task, TASK_LENGTH)),
  ].join(" · ");

const PAUSED = { draft: ", not saved yet", active: "", paused: ", paused" } as const;

/** @param prefix Stands before each label. */
export function buttonsOf(entry: Entry, prefix: string, isList: boolean): OperationButton[] {
  const { name, state, isConfigured } = entry;
  const button = (label: string, action: string, style?: OperationButton["style"]): OperationButton => ({
    ...{ label: `${prefix}${label}`, operation: "schedule", input: { action, name, ...(isList && { isList }) } },
    ...(style && { style }),
  });
  const drop = isConfigured ? [] : [button(state === "draft" ? "Discard" : "Delete", "delete", "danger")];
  if (state === "draft") return [button("Save", "save", "success"), ...drop];
  const other = state === "paused" ? button("Resume", "resume") : button("Pause", "pause");
  return [other, button("Run now", "run"), ...drop];
}
