import type { Message, Update, User } from "@grammyjs/types";
import { removeMessage } from "./bot-api/methods/change.ts";
import { createSwitches, type Switches } from "./switches.ts";
import type { Call, CallMatcher, Fault } from "./world/calls.ts";
import { describeWorld } from "./world/describe.ts";
import type { FloodLimits } from "./world/flood.ts";
import { type PersonMessage, press, rewrite, roomOf, say, stopDraft } from "./world/people.ts";
import { addGroup, addPrivateChat, type NewGroup } from "./world/rooms.ts";
import type { NewUpdate } from "./world/update-queue.ts";
import { type Draft, GROUP_ID, PERSON, type PressAnswer, type World } from "./world/world.ts";

const WAIT_MS = 15_000;

/** The means to play the people in the chats, to look at what the bot did, and to make its server fail. */
export interface Control extends Switches {
  readonly token: string;
  readonly bot: User;
  /** The person of the private chat, and who presses and writes if no one else is named. */
  readonly person: User;
  readonly privateChatId: number;
  /** A forum group with two topics. */
  readonly groupId: number;
  readonly topicIds: readonly number[];

  addPrivateChat(person: User): void;
  /** Returns the ids of its topics, in order; a group without topics is no forum. */
  addGroup(group: NewGroup): number[];

  sendText(message: PersonMessage & { readonly text: string }): Message;
  sendDocument(message: PersonMessage & { readonly document: NonNullable<PersonMessage["document"]> }): Message;
  sendPhoto(message: PersonMessage & { readonly photo: NonNullable<PersonMessage["photo"]> }): Message;
  sendVoice(message: PersonMessage & { readonly voice: NonNullable<PersonMessage["voice"]> }): Message;
  /** Several messages that the bot gets with one `getUpdates`. */
  sendBatch(messages: readonly PersonMessage[]): Message[];
  editText(edit: { readonly chatId: number; readonly messageId: number; readonly text: string }): Message;
  /** A person deletes a message. Bots are not told. */
  deleteMessage(chatId: number, messageId: number): void;
  /** Returns the press's id, which leads to `answerTo`. `data` may be any, as from a forged or outdated button. */
  press(press: { chatId: number; messageId: number; data: string; from?: User }): string;
  /** Presses the stop button of a draft. */
  stopDraft(chatId: number, draftId: number): void;
  /** Any update, as it would come from Telegram; it gets the next id. */
  pushUpdate(update: NewUpdate): void;
  /** Delivers an update again under its old id, as Telegram may when a confirmation was lost. */
  redeliver(update: Update): void;

  /** In the order of their ids, without those that were deleted. */
  messages(chatId: number): Message[];
  message(chatId: number, messageId: number): Message | undefined;
  answerTo(pressId: string): PressAnswer | undefined;
  draft(chatId: number, draftId: number): Draft | undefined;
  /** Updates that no poll has confirmed yet. */
  waitingUpdates(): number;
  /** Every call received, in order, refused ones too. */
  readonly history: readonly Call[];
  /** Calls of one method. */
  calls(method: string): Call[];

  /**
   * Resolves with what `find` gives once that is truthy; it is asked again after every change.
   *
   * @throws Error with the calls and messages so far, after 15 s unless told otherwise.
   */
  waitFor<T>(find: () => T, timeoutMs?: number): Promise<NonNullable<T>>;

  /** Lets the next matching calls fail, once unless told otherwise. The returned function takes it back. */
  fail(matcher: CallMatcher, fault: Fault, times?: number): () => void;
  setLimits(limits: FloodLimits | "off"): void;
}

/** `topicIds` are those of the group that was there from the start. */
export function createControl(world: World, topicIds: readonly number[]): Control {
  const sayOne = (message: PersonMessage): Message => {
    const [said] = say(world, [message]);
    if (said === undefined) throw new Error("Nothing was said.");
    return said;
  };
  return {
    token: world.token,
    bot: world.bot,
    person: PERSON,
    privateChatId: PERSON.id,
    groupId: GROUP_ID,
    topicIds,
    history: world.calls.history,
    addPrivateChat: (person) => addPrivateChat(world, person),
    addGroup: (group) => addGroup(world, group),
    sendText: sayOne,
    sendDocument: sayOne,
    sendPhoto: sayOne,
    sendVoice: sayOne,
    sendBatch: (messages) => say(world, messages),
    editText: ({ chatId, messageId, text }) => rewrite(world, chatId, messageId, text),
    deleteMessage: (chatId, messageId) => removeMessage(world, roomOf(world, chatId), messageId),
    press: (pressed) => press(world, pressed),
    stopDraft: (chatId, draftId) => stopDraft(world, chatId, draftId),
    pushUpdate: (update) => world.updates.push(update),
    redeliver: (update) => world.updates.redeliver(update),
    messages: (chatId) => roomOf(world, chatId).messages(),
    message: (chatId, messageId) => roomOf(world, chatId).find(messageId),
    answerTo: (pressId) => world.presses.get(pressId),
    draft: (chatId, draftId) => world.drafts.get(`${chatId}:${draftId}`),
    waitingUpdates: () => world.updates.size,
    calls: (method) => world.calls.history.filter((call) => call.method === method),
    waitFor: (find, timeoutMs = WAIT_MS) => world.changes.until(find, timeoutMs, () => describeWorld(world)),
    fail: (matcher, fault, times = 1) => world.calls.fail(matcher, fault, times),
    setLimits: (limits) => world.flood.setLimits(limits === "off" ? undefined : limits),
    ...createSwitches(world),
  };
}
