import type { Update } from "grammy/types";
import type { Bridge } from "../bridge/bridge.ts";
import { type Prompt, resolvePrompt } from "../bridge/resolve.ts";
import type { Config } from "../config/config.ts";
import { parseCommand } from "../domain/directives.ts";
import type { Engine } from "../engine/contract.ts";
import { UserError, userText } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import { isAllowed } from "./access.ts";
import type { Telegram } from "./api.ts";
import { type CardReplyParts, questionOf, replyToCard } from "./card-reply.ts";
import { commands } from "./commands/index.ts";
import { type Group, Joiner } from "./join.ts";
import { type Incoming, type Press, type Received, readUpdate } from "./message.ts";
import { answerPress } from "./press.ts";

export interface DispatchParts {
  readonly config: () => Config;
  readonly engines: readonly Engine[];
  readonly engineOverride: string | undefined;
  readonly store: Store;
  readonly bridge: Bridge;
  readonly telegram: Telegram;
  readonly cards: CardReplyParts["cards"];
  /** Without `@`. */
  readonly botName: string;
  /** There are replies in the store. */
  readonly deliver: () => void;
  readonly log: Logger;
  readonly now: () => number;
}

/** From updates to runs, replies and presses. Nothing here waits: handlers return before anything has run. */
export class Dispatcher {
  readonly #parts: DispatchParts;
  readonly #joiner: Joiner;

  constructor(parts: DispatchParts) {
    this.#parts = parts;
    this.#joiner = new Joiner({
      windowMs: () => (parts.config().telegram?.forward_coalesce_s ?? 1) * 1000,
      submit: (group) => this.#submit(group),
      hold: (forward) => this.#hold(forward),
      now: parts.now,
    });
  }

  /** Stores a batch, then handles it. Once this returned, the batch may be confirmed to Telegram. */
  receive(updates: readonly Update[]): void {
    const fresh = this.#parts.store.transaction(() => updates.flatMap((update) => this.#accept(update) ?? []));
    this.#parts.log.debug({ updates: updates.length, fresh: fresh.length }, "updates.stored");
    this.#handle(fresh);
    this.#parts.deliver();
  }

  /** Handles what the last bridge stored and did not get to. */
  recover(): void {
    const waiting = this.#parts.store.updates.waiting();
    this.#handle(waiting.flatMap(({ body }) => this.#read(JSON.parse(body) as Update) ?? []));
  }

  /** Lets go of prompts that wait for more, so that they are stored as runs. */
  close(): void {
    this.#joiner.flush();
  }

  /** Strangers get silence; what is known already is left out; the rest is stored. */
  #accept(update: Update): Received | undefined {
    const received = this.#read(update);
    if (!received) return undefined;
    const origin = "message" in received ? received.message : received.press;
    const { config, store, log, now } = this.#parts;
    if (!isAllowed(origin, config())) {
      log.info({ chatId: origin.chatId, userId: origin.userId }, "update.stranger");
      return undefined;
    }
    const message = "message" in received ? received.message : undefined;
    const stored = {
      id: update.update_id,
      chatId: message?.chatId ?? null,
      messageId: message?.messageId ?? null,
      body: JSON.stringify(update),
    };
    return store.updates.receive(stored, now()) ? received : undefined;
  }

  /** What cannot be read is set aside: it must not hold up what comes after it. */
  #read(update: Update): Received | undefined {
    const { store, log, now } = this.#parts;
    try {
      return readUpdate(update);
    } catch (error) {
      const ref = refOf(update.update_id);
      log.error({ err: error, ref }, "update.unreadable");
      const stored = { id: update.update_id, chatId: null, messageId: null, body: JSON.stringify(update) };
      if (store.updates.receive(stored, now())) this.#tellMain(ref);
      store.updates.setAside(update.update_id);
      return undefined;
    }
  }

  #handle(batch: readonly Received[]): void {
    const prompts: Incoming[] = [];
    const flush = () => this.#joiner.take(prompts.splice(0));
    for (const received of batch) {
      if ("press" in received) this.#guard(received.press, () => this.#press(received.press));
      else if (this.#isForCard(received.message)) continue;
      else if (this.#isPrompt(received.message)) prompts.push(received.message);
      else {
        flush();
        this.#joiner.flushFor(received.message);
        this.#guard(received.message, () => this.#answer(received.message, this.#reply(received.message)));
      }
    }
    flush();
  }

  /** A reply to a card is an answer to its question, never a prompt. False for anything else. */
  #isForCard(message: Incoming): boolean {
    const question = questionOf(message, this.#parts.store);
    if (question) this.#guard(message, () => this.#answer(message, replyToCard(message, question, this.#parts)));
    return question !== undefined;
  }

  /** A prompt or part of one: text that is no command but of an engine or project, and nothing unreadable. */
  #isPrompt(message: Incoming): boolean {
    if (message.attachment || message.text.trim() === "") return false;
    const command = message.isForward ? undefined : parseCommand(message.text);
    if (!command) return true;
    const { engines, config } = this.#parts;
    const names = [...engines.map(({ id }) => id), ...config().projects.keys()];
    return names.some((name) => name.toLowerCase() === command.name);
  }

  #submit(group: Group): string | undefined {
    const { first } = group;
    return this.#guard(
      first,
      () => {
        const { config, engines, engineOverride, store, botName, bridge } = this.#parts;
        const id = store.transaction(() => {
          const held = first.isForward
            ? []
            : store.conversations.takeForwards(first.chatId, first.topicId ?? 0, first.userId ?? 0);
          const text = [group.text, ...held.map((forward) => forward.text)].join("\n\n");
          const prompt: Prompt = { ...first, text, follows: group.follows };
          const resolved = resolvePrompt(prompt, { config: config(), engines, store, botName, engineOverride });
          const added = bridge.add(prompt, resolved);
          for (const messageId of group.messageIds) store.runs.addMessage(first.chatId, messageId, added);
          for (const updateId of group.updateIds) store.updates.handled(updateId);
          return added;
        });
        this.#parts.log.debug({ runId: id, updates: group.updateIds }, "run.queued");
        bridge.start(id);
        return id;
      },
      group.updateIds,
    );
  }

  #hold(forward: Incoming): void {
    this.#guard(forward, () => {
      const { chatId, topicId = 0, userId = 0, messageId, text } = forward;
      const held = { chatId, topicId, userId, messageId, text, receivedAt: this.#parts.now() };
      this.#parts.store.conversations.hold(held);
      this.#answer(forward, "Kept. Your next message says what to do with it.");
    });
  }

  /** What to say to a message that is neither a prompt nor part of one; undefined where nobody asked. */
  #reply(message: Incoming): string | undefined {
    const { config, engines, store, bridge, botName, now } = this.#parts;
    if (message.attachment) return `I cannot read a ${message.attachment} yet: send the task as text.`;
    const command = parseCommand(message.text);
    if (!command || (command.bot && command.bot.toLowerCase() !== botName.toLowerCase())) return undefined;
    const known = commands.find(({ name }) => name === command.name);
    if (!known) return `I do not know \`/${command.name}\`. \`/help\` lists what I can do here.`;
    return known.run({ message, args: command.args, bridge, store, config: config(), engines, now: now() });
  }

  #press(press: Press): void {
    answerPress(press, this.#parts);
    this.#parts.store.updates.handled(press.updateId);
  }

  /** Stores the reply together with the fact that the update is handled. */
  #answer(message: Incoming, body: string | undefined, updateIds: readonly number[] = [message.updateId]): void {
    const { store, now, deliver } = this.#parts;
    store.transaction(() => {
      for (const id of updateIds) store.updates.handled(id);
      if (body === undefined) return;
      const { chatId, topicId = null, messageId: replyTo } = message;
      store.deliveries.add({ runId: null, chatId, topicId, replyTo, body, createdAt: now() });
    });
    deliver();
  }

  /** An update whose handling throws is tried again, and set aside after three tries; the others go on. */
  #guard<T>(origin: Incoming | Press, work: () => T, updateIds: readonly number[] = [origin.updateId]): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof UserError)) {
        this.#failed({ origin, error, updateIds, again: () => this.#guard(origin, work, updateIds) });
      } else if ("queryId" in origin) this.#parts.store.updates.handled(origin.updateId);
      else this.#answer(origin, error.userText, updateIds);
      return undefined;
    }
  }

  #failed({ origin, error, updateIds, again }: Failure): void {
    const { store, log, deliver, config } = this.#parts;
    const ref = refOf(origin.updateId);
    log.error({ err: error, ref }, "update.failed");
    const isAside = store.transaction(() => {
      if (!updateIds.map((id) => store.updates.failed(id)).some(Boolean)) return false;
      if (!("queryId" in origin)) this.#answer(origin, userText(error, ref), []);
      for (const id of updateIds) store.updates.setAside(id);
      if (origin.chatId !== config().telegram?.chat_id) this.#tellMain(ref);
      return true;
    });
    if (isAside) deliver();
    else setTimeout(again, RETRY_MS).unref();
  }

  #tellMain(ref: string): void {
    const { store, config, now } = this.#parts;
    const chatId = config().telegram?.chat_id;
    if (chatId === undefined) return;
    const body = `An update could not be handled and was set aside (ref ${ref}); the log has the cause.`;
    store.deliveries.add({ runId: null, chatId, topicId: null, replyTo: null, body, createdAt: now() });
  }
}

const RETRY_MS = 1_000;

const refOf = (updateId: number) => `u${updateId}`;

interface Failure {
  readonly origin: Incoming | Press;
  readonly error: unknown;
  readonly updateIds: readonly number[];
  readonly again: () => void;
}
