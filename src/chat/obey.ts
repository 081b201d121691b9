import { nearest } from "../config/nearest.ts";
import { UserError } from "../errors.ts";
import { type Called, call, findOperation, namesOf, toInput } from "../operations/call.ts";
import { operations } from "../operations/index.ts";
import type { Access, Operation } from "../operations/operation.ts";
import type { StoredButton } from "../store/buttons.ts";
import type { Answer } from "./answers.ts";
import type { DispatchParts } from "./dispatch.ts";
import { offerToEngine } from "./engine-command.ts";
import type { Incoming, Press } from "./incoming.ts";
import type { Intent } from "./intent.ts";
import { sayIn } from "./say.ts";
import { PRESS, toAnswer } from "./told.ts";

/** Carries a command out; gives what to say to it. @throws UserError */
export function obey(
  { message, name, args }: Extract<Intent, { type: "command" }>,
  parts: DispatchParts,
): Answer | undefined | Promise<Answer | undefined> {
  const operation = findOperation(operations, name);
  if (!operation) {
    const close = nearest(name, namesOf(operations));
    const guess = close === undefined ? "" : ` Did you mean \`/${close}\`?`;
    const refusal = `I do not know \`/${name}\`.${guess} \`/help\` lists what I can do here.`;
    return offerToEngine(message, { name, args, refusal }, parts);
  }
  const called = callFrom(message, { operation, input: toInput(operation, args), parts });
  const toReply = ({ told }: Called) => (told.isSeen ? undefined : toAnswer(told, message.chatId, parts));
  return called instanceof Promise ? called.then(toReply) : toReply(called);
}

/** Carries out the operation of a button. @throws UserError */
export function pressOperation(press: Press, button: StoredButton, parts: Parts): Called | Promise<Called> {
  const operation = findOperation(operations, button.operation);
  if (!operation) throw new UserError("This button no longer works.");
  return callFrom({ ...press, reply: undefined }, { operation, input: JSON.parse(button.input), parts });
}

/** The button that was pressed; undefined for data that is no operation's, or of another chat. */
export function pressedButton({ data, chatId }: Press, { store }: Pick<Parts, "store">): StoredButton | undefined {
  const button = data.startsWith(PRESS) ? store.buttons.get(data.slice(PRESS.length)) : undefined;
  return button?.chatId === chatId ? button : undefined;
}

type Parts = Pick<
  DispatchParts,
  | "transport"
  | "bridge"
  | "schedules"
  | "store"
  | "config"
  | "engines"
  | "engineOverride"
  | "botName"
  | "now"
  | "deliver"
>;

function callFrom(
  place: Omit<Incoming, "text" | "isForward" | "attachment">,
  { operation, input, parts }: { operation: Operation; input: unknown; parts: Parts },
): Called | Promise<Called> {
  const { bridge, schedules, store, engines, engineOverride, botName } = parts;
  const access: Access = {
    ...{ bridge, schedules, store, engines, engineOverride, botName, operations, chats: parts.transport.chats },
    ...{ config: parts.config(), now: parts.now(), say: sayIn(parts) },
  };
  return call(operation, { access, input, caller: { surface: "chat", place } });
}
