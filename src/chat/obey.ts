import { nearest } from "../config/nearest.ts";
import { UserError } from "../errors.ts";
import { type Called, call, findOperation, namesOf, toInput } from "../operations/call.ts";
import { operations } from "../operations/index.ts";
import type { Access, Operation, Told } from "../operations/operation.ts";
import type { Answer } from "./answers.ts";
import { runButton } from "./buttons.ts";
import type { DispatchParts } from "./dispatch.ts";
import type { Incoming, Press } from "./incoming.ts";
import type { Intent } from "./intent.ts";

/** Carries a command out; gives what to say to it. @throws UserError */
export function obey(
  { message, name, args }: Extract<Intent, { type: "command" }>,
  parts: DispatchParts,
): Answer | undefined | Promise<Answer | undefined> {
  const operation = findOperation(operations, name);
  if (!operation) {
    const close = nearest(name, namesOf(operations));
    const guess = close === undefined ? "" : ` Did you mean \`/${close}\`?`;
    throw new UserError(`I do not know \`/${name}\`.${guess} \`/help\` lists what I can do here.`);
  }
  const called = callFrom(message, { operation, input: toInput(operation, args), parts });
  return called instanceof Promise ? called.then(toAnswer) : toAnswer(called);
}

/** Carries out what a button stands for. @throws UserError */
export function pressOperation(press: Press, name: string, run: string, parts: Parts): Called | Promise<Called> {
  const operation = findOperation(operations, name);
  if (!operation) throw new UserError("This button no longer works.");
  return callFrom({ ...press, reply: undefined }, { operation, input: { [targetOf(name)]: run }, parts });
}

export const toAnswer = ({ told: { buttons, isSeen, ...told } }: Pick<Called, "told">): Answer | undefined =>
  isSeen ? undefined : { ...told, ...(buttons && { buttons: toButtons(buttons) }) };

const toButtons = (rows: NonNullable<Told["buttons"]>) => rows.map((row) => row.map(runButton));

/** A button names a run; what is done to sessions takes it for the session that it ran in. */
const targetOf = (name: string) => (name === "cancel" ? "run" : "session");

type Parts = Pick<DispatchParts, "bridge" | "store" | "config" | "engines" | "engineOverride" | "botName" | "now">;

function callFrom(
  place: Omit<Incoming, "text" | "isForward" | "attachment">,
  { operation, input, parts }: { operation: Operation; input: unknown; parts: Parts },
): Called | Promise<Called> {
  const { bridge, store, engines, engineOverride, botName } = parts;
  const access: Access = {
    ...{ bridge, store, engines, engineOverride, botName, operations },
    ...{ config: parts.config(), now: parts.now() },
  };
  return call(operation, { access, input, caller: { surface: "chat", place } });
}
