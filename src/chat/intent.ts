import { parseCommand, type SlashCommand } from "../domain/directives.ts";
import { toInput } from "../operations/call.ts";
import { queue } from "../operations/queue.ts";
import type { StoredQuestion } from "../store/questions.ts";
import type { Store } from "../store/store.ts";
import { type Address, isAddressed } from "./addressed.ts";
import { parseCardPress } from "./card-buttons.ts";
import type { DraftStop, Incoming, Press, Received } from "./incoming.ts";

/** The kind of an incoming message. It is decided here and nowhere else. */
export type Intent =
  | { readonly type: "task" | "forward" | "voice" | "attachment" | "nothing"; readonly message: Incoming }
  /** A task that must wait for its turn, whatever it could be added to. */
  | { readonly type: "queued"; readonly message: Incoming; readonly text: string }
  | { readonly type: "command"; readonly message: Incoming; readonly name: string; readonly args: string }
  | { readonly type: "cardReply"; readonly message: Incoming; readonly question: StoredQuestion }
  /** `task` is what a message asks for now; undefined if it is no task any more. */
  | { readonly type: "edit"; readonly message: Incoming; readonly task: string | undefined }
  | { readonly type: "press"; readonly press: Press }
  | { readonly type: "stop"; readonly stop: DraftStop };

export interface IntentParts extends Address {
  readonly store: Store;
  /** Whether a message that does not address the bot is still for it. */
  readonly isOpen: (message: Incoming) => boolean;
  /** Whether it may be the next part of a long paste. */
  readonly mayContinue: (message: Incoming) => boolean;
}

export function classify(received: Received, parts: IntentParts): Intent {
  if ("press" in received) return { type: "press", press: received.press };
  if ("stop" in received) return { type: "stop", stop: received.stop };
  if ("message" in received) {
    const { message } = received;
    const isOurs = isAddressed(message, parts) || parts.isOpen(message);
    return isOurs ? classifyMessage(message, parts) : { type: "nothing", message };
  }
  const message = received.edit;
  const now = classifyMessage({ ...message, reply: undefined }, { ...parts, mayContinue: () => false });
  const task = now.type === "queued" ? now.text : now.type === "task" ? message.text : undefined;
  return { type: "edit", message, task };
}

function classifyMessage(message: Incoming, parts: IntentParts): Intent {
  const command = message.isForward ? undefined : parseCommand(message.text);
  const question = command && parts.commands.includes(command.name) ? undefined : questionOf(message, parts.store);
  if (message.voice) return { type: "voice", message };
  if (question) return { type: "cardReply", message, question };
  if (message.attachment) return { type: "attachment", message };
  const isTask = !command || parts.directives.includes(command.name);
  // A part of a paste may begin with anything; but somebody may want to take the paste back.
  if (!isAlone(command, parts.commands) && parts.mayContinue(message)) return { type: "task", message };
  // A command to files comes with the first of an album, so that it is known only when all are there.
  if (message.files?.length && (isTask || command.name === "file")) return { type: typeOf(message), message };
  if (message.text.trim() === "" || !isOurs(command, parts)) return { type: "nothing", message };
  if (isTask) return { type: typeOf(message), message };
  return toCommand(message, command);
}

/** The kind of a voice message once its text is known; a spoken command is never carried out. */
export function classifyHeard(message: Incoming, { store }: Pick<IntentParts, "store">): Intent {
  const question = questionOf(message, store);
  return question ? { type: "cardReply", message, question } : { type: typeOf(message), message };
}

function toCommand(message: Incoming, { name, args }: SlashCommand): Intent {
  const task = name === queue.name ? toInput(queue, args)["task"] : undefined;
  if (typeof task === "string") return { type: "queued", message, text: task };
  return { type: "command", message, name, args };
}

const typeOf = ({ isForward }: Incoming) => (isForward ? "forward" : "task");

const isOurs = (command: SlashCommand | undefined, { botName }: IntentParts) =>
  command?.bot === undefined || command.bot.toLowerCase() === botName.toLowerCase();

const isAlone = (command: SlashCommand | undefined, commands: readonly string[]) =>
  command?.args === "" && commands.includes(command.name);

/** A card that is there although no answer said so is known by its buttons. */
function questionOf({ chatId, reply }: Incoming, store: Store): StoredQuestion | undefined {
  if (!reply) return undefined;
  const known = store.questions.byMessage(chatId, reply.messageId);
  if (known) return known;
  const found = store.questions.get(parseCardPress(reply.button ?? "")?.key ?? "");
  return found?.chatId === chatId ? found : undefined;
}
