import { z } from "zod";
import type { ListedSchedule } from "../bridge/schedules.ts";
import { moment } from "../domain/moment.ts";
import { parseSchedule } from "../domain/schedule-words.ts";
import { UserError } from "../errors.ts";
import { type Access, type Caller, defineOperation, type OperationButton, type Told } from "./operation.ts";
import { addDraft, repliedRun } from "./schedule-draft.ts";
import { buttonsOf, Entry, lineOf, tellEntry, toEntry } from "./schedule-entry.ts";

const SHOWN_SCHEDULES = 20;

const Action = z.enum(["save", "pause", "resume", "run", "delete"]);
const Input = z.strictObject({
  /** A time and a task. */
  task: z.string().default(""),
  action: Action.optional(),
  name: z.string().optional(),
  /** Whether to show all schedules when that is done. */
  isList: z.boolean().optional(),
  /** Whether the message with the button stays as it is. */
  isApart: z.boolean().optional(),
});
const Output = z.object({
  ...{ done: Action.optional(), schedules: z.array(Entry), isList: z.boolean(), isApart: z.boolean().optional() },
});

export const schedule = defineOperation({
  name: "schedule",
  summary: "tasks that begin by time: list them, or add one",
  input: Input,
  output: Output,
  argument: "task",
  read: readWords,
  intent: "write",
  idempotent: false,
  examples: [{ task: "9:00 weekdays run the tests" }, { task: "every 2h look for new issues" }],
  run: (access, { task, action, name, isList = false, isApart }, caller): z.infer<typeof Output> => {
    if (task.trim() !== "") {
      const follows = repliedRun(access, caller);
      return { schedules: [addDraft(parseSchedule(task, access.now), access, { ...caller, follows })], isList: false };
    }
    if (action === undefined) return { schedules: saved(access, caller), isList: true };
    const found = find(access, { name, isApart }, caller);
    act(action, found, access);
    const left = isList ? saved(access, caller) : listed(access, caller).filter((entry) => entry.name === name);
    return { done: action, schedules: left, isList, isApart };
  },
  tell: ({ done, schedules, isList, isApart }) => {
    const receipt = done && { receipt: RECEIPTS[done] };
    const [only] = schedules;
    if (isApart) return tellContinuation(done, only);
    if (isList) return { ...tellList(schedules), ...receipt };
    return { ...(only ? tellEntry(only) : { body: done === "delete" ? "Deleted." : "It has run." }), ...receipt };
  },
});

/** `pause run-the-tests`, or a time and a task. */
function readWords(words: string): z.input<typeof Input> {
  const [first, name, ...others] = words.split(/\s+/);
  const action = Action.safeParse(first);
  return action.success && name && others.length === 0 ? { action: action.data, name } : { task: words };
}

const RECEIPTS: Readonly<Record<z.infer<typeof Action>, string>> = {
  ...{ save: "Saved.", pause: "Paused.", resume: "Resumed.", run: "Running it.", delete: "Deleted." },
};

/** Those of the conversation's chat; all for whoever owns the machine. */
function visible({ schedules }: Access, { surface, place }: Caller): ListedSchedule[] {
  return schedules.list().filter(({ schedule: { chatId } }) => surface === "cli" || chatId === place.chatId);
}

const listed = (access: Access, caller: Caller): Entry[] =>
  visible(access, caller).map((one) => toEntry(one, access.now));

/** A draft is shown by its own message alone. */
const saved = (access: Access, caller: Caller): Entry[] =>
  listed(access, caller).filter(({ state }) => state !== "draft");

type Wanted = Pick<z.infer<typeof Input>, "name" | "isApart">;

function find(access: Access, { name, isApart }: Wanted, caller: Caller): ListedSchedule {
  const found = visible(access, caller).find((one) => one.schedule.name === name);
  if (found) return found;
  if (isApart) throw new UserError("That is over: reply with what to do.", { code: "not_found" });
  throw new UserError(`No schedule is called ${name}: \`schedule\` lists them.`, { code: "not_found" });
}

function act(action: z.infer<typeof Action>, { schedule: { name, when }, stored }: ListedSchedule, access: Access) {
  const { store, schedules, now } = access;
  const isDraft = stored.state === "draft";
  switch (action) {
    case "save":
      if (!isDraft) return;
      if ("at" in when && when.at <= now) throw new UserError("Its time has passed: write it again.");
      store.schedules.setState(name, "active", now);
      break;
    case "pause":
    case "resume":
      if (isDraft) throw new UserError("It is not saved yet.");
      store.schedules.setState(name, action === "pause" ? "paused" : "active", now);
      break;
    case "run":
      schedules.runNow(name);
      break;
    case "delete":
      if (stored.definition === null)
        throw new UserError(`It is in the config: remove [schedules.${name}] there, or pause it here.`);
      store.schedules.remove(name);
      break;
  }
  schedules.wake();
}

/** What became of the offer to continue a run when its limit is reset. */
function tellContinuation(done: z.infer<typeof Action> | undefined, entry: Entry | undefined): Told {
  const [at] = entry?.next ?? [];
  if (done === "delete" || entry === undefined || at === undefined) return { body: "It does not continue by itself." };
  const input = { action: "delete", name: entry.name, isApart: true };
  const drop: OperationButton = { label: "Do not continue", operation: "schedule", input, style: "danger" };
  return { body: `It continues ${moment(at)}, when its usage limit is reset.`, buttons: [[drop]] };
}

function tellList(entries: readonly Entry[]): Told {
  if (entries.length === 0) return { body: `Nothing begins by time here. ${HOW}` };
  const shown = entries.slice(0, SHOWN_SCHEDULES);
  const more = entries.length - shown.length;
  const lines = shown.map((entry, index) => lineOf(entry, index + 1));
  return {
    body: [lines.join("\n"), ...(more > 0 ? [`And ${more} more: \`takopi schedule\` lists all.`] : [])].join("\n\n"),
    buttons: shown.map((entry, index) => buttonsOf(entry, `${index + 1} `, true)),
  };
}

const HOW = "Add something with `/schedule 9:00 weekdays run the tests` or `/remind 20m look at the build`.";
