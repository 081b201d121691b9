import type { Bridge } from "../bridge/bridge.ts";
import type { Config } from "../config/config.ts";
import { parseCommand } from "../domain/directives.ts";
import type { Engine } from "../engine/contract.ts";
import { UserError, userText } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import { Answers, refOf } from "./answers.ts";
import { type CardReplyParts, questionOf, replyToCard } from "./card-reply.ts";
import { Deferred } from "./deferred.ts";
import { stopDraft } from "./draft-stop.ts";
import { applyEdit } from "./edit.ts";
import { type DraftStop, type Incoming, originOf, type Press, type Received } from "./incoming.ts";
import { type Group, Joiner } from "./join.ts";
import { answerPress } from "./press.ts";
import { replyTo } from "./reply.ts";
import { isQueued, NONE, type SubmitParts, submit } from "./submit.ts";
import { type Transport, Unreadable } from "./transport.ts";

/** An update as the transport has it. */
export interface Update {
  /** Newer ones have higher ids. */
  readonly id: number;
  readonly body: unknown;
}

export interface DispatchParts {
  readonly config: () => Config;
  readonly engines: readonly Engine[];
  readonly engineOverride: string | undefined;
  readonly store: Store;
  readonly bridge: Bridge;
  readonly transport: Transport;
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
  readonly #deferred: Deferred;
  readonly #answers: Answers;
  readonly #submitParts: SubmitParts;

  constructor(parts: DispatchParts) {
    this.#parts = parts;
    this.#deferred = new Deferred(parts.log);
    this.#answers = new Answers(parts, this.#deferred);
    const guard: SubmitParts["guard"] = (group, work) => void this.#guard(group.first, work, group.updateIds);
    this.#submitParts = { ...parts, deferred: this.#deferred, guard };
    this.#joiner = new Joiner({
      windowMs: () => (parts.config().telegram?.forward_coalesce_s ?? 1) * 1000,
      submit: (group) => this.#submit(group),
      hold: (forward) => this.#hold(forward),
      now: parts.now,
    });
  }

  /** Stores a batch, then handles it. Once this returned, the batch may be confirmed to the transport. */
  receive(updates: readonly Update[]): void {
    const fresh = this.#parts.store.durably(() => updates.flatMap((update) => this.#accept(update) ?? []));
    this.#parts.log.debug({ updates: updates.length, fresh: fresh.length }, "updates.stored");
    this.#handle(fresh);
    this.#parts.deliver();
  }

  /** Handles what the last bridge stored and did not get to. */
  recover(): void {
    const waiting = this.#parts.store.updates.waiting();
    this.#handle(waiting.flatMap(({ id, body }) => this.#read({ id, body: JSON.parse(body) }) ?? []));
  }

  /** Lets go of prompts that wait for more, so that they are stored as runs. */
  close(): void {
    this.#joiner.flush();
  }

  /** Resolves when nothing is left of what handlers began. */
  idle(): Promise<void> {
    return this.#deferred.idle();
  }

  /** Strangers get silence; what is known already is left out; the rest is stored. */
  #accept(update: Update): Received | undefined {
    const received = this.#read(update);
    if (!received) return undefined;
    const origin = originOf(received);
    const { transport, store, log, now } = this.#parts;
    if (!transport.allows(origin)) {
      log.info({ chatId: origin.chatId, userId: origin.userId }, "update.stranger");
      return undefined;
    }
    const message = "message" in received ? received.message : undefined;
    const stored = {
      id: update.id,
      chatId: message?.chatId ?? null,
      messageId: message?.messageId ?? null,
      body: JSON.stringify(update.body),
    };
    return store.updates.receive(stored, now()) ? received : undefined;
  }

  /**
   * What cannot be read is set aside: it must not hold up what comes after it. It is kept and told only if it comes from
   * somebody who may use the bot.
   */
  #read(update: Update): Received | undefined {
    const { store, transport, log, now } = this.#parts;
    const { id, body } = update;
    try {
      return transport.read(body);
    } catch (error) {
      const ref = refOf(id);
      log.error({ err: error, ref }, "update.unreadable");
      const origin = error instanceof Unreadable ? error.origin : undefined;
      const stored = { id, chatId: null, messageId: null, body: JSON.stringify(body) };
      if (origin && transport.allows(origin) && store.updates.receive(stored, now())) this.#tellMain(ref);
      store.updates.setAside(id);
      return undefined;
    }
  }

  #handle(batch: readonly Received[]): void {
    const prompts: Incoming[] = [];
    const flush = () => this.#joiner.take(prompts.splice(0));
    for (const received of batch) {
      if ("press" in received) this.#guard(received.press, () => this.#press(received.press));
      else if ("stop" in received) this.#guard(received.stop, () => this.#stop(received.stop));
      else if ("edit" in received) {
        flush();
        this.#joiner.flushFor(received.edit);
        this.#guard(received.edit, () => this.#answers.give(received.edit, this.#edit(received.edit)));
      } else if (this.#isForCard(received.message)) continue;
      else if (isQueued(received.message, this.#parts.botName)) {
        flush();
        this.#joiner.flushFor(received.message);
        prompts.push(received.message);
      } else if (this.#isPrompt(received.message)) prompts.push(received.message);
      else {
        flush();
        this.#joiner.flushFor(received.message);
        this.#guard(received.message, () =>
          this.#answers.respond(received.message, replyTo(received.message, this.#parts)),
        );
      }
    }
    flush();
  }

  /** A reply to a card is an answer to its question, never a prompt. False for anything else. */
  #isForCard(message: Incoming): boolean {
    const question = questionOf(message, this.#parts.store);
    if (question) this.#guard(message, () => this.#answers.give(message, replyToCard(message, question, this.#parts)));
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
    return this.#guard(group.first, () => submit(group, this.#submitParts), group.updateIds);
  }

  #hold(forward: Incoming): void {
    this.#guard(forward, () => {
      const { chatId, topicId = NONE, userId = NONE, messageId, text } = forward;
      const held = { chatId, topicId, userId, messageId, text, receivedAt: this.#parts.now() };
      this.#parts.store.conversations.hold(held);
      this.#answers.give(forward, "Kept. Your next message says what to do with it.");
    });
  }

  /** An edit that makes a message into something else than a task changes nothing. */
  #edit(message: Incoming): string | undefined {
    const isTask = this.#isPrompt(message) || isQueued(message, this.#parts.botName);
    return isTask ? applyEdit(message, this.#parts) : undefined;
  }

  #stop(stop: DraftStop): void {
    stopDraft(stop, this.#parts.bridge);
    this.#parts.store.updates.handled(stop.updateId);
  }

  #press(press: Press): void {
    answerPress(press, { ...this.#parts, answerLater: this.#answers.later });
    this.#parts.store.updates.handled(press.updateId);
  }

  /** An update whose handling throws is tried again, and set aside after three tries; the others go on. */
  #guard<T>(
    origin: Incoming | Press | DraftStop,
    work: () => T,
    updateIds: readonly number[] = [origin.updateId],
  ): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof UserError)) {
        this.#failed({ origin, error, updateIds, again: () => this.#guard(origin, work, updateIds) });
      } else if (!("text" in origin)) this.#parts.store.updates.handled(origin.updateId);
      else this.#answers.give(origin, error.userText, updateIds);
      return undefined;
    }
  }

  #failed({ origin, error, updateIds, again }: Failure): void {
    const { store, log, deliver, transport } = this.#parts;
    const ref = refOf(origin.updateId);
    log.error({ err: error, ref }, "update.failed");
    const isAside = store.transaction(() => {
      if (!updateIds.map((id) => store.updates.failed(id)).some(Boolean)) return false;
      if ("text" in origin) this.#answers.give(origin, userText(error, ref), []);
      for (const id of updateIds) store.updates.setAside(id);
      if (origin.chatId !== transport.mainChat) this.#tellMain(ref);
      return true;
    });
    if (isAside) deliver();
    else setTimeout(again, RETRY_MS).unref();
  }

  #tellMain(ref: string): void {
    const { store, transport, now } = this.#parts;
    const place = { chatId: transport.mainChat, topicId: null, replyTo: null };
    const body = `An update could not be handled and was set aside (ref ${ref}); the log has the cause.`;
    store.deliveries.add({ runId: null, ...place, body, createdAt: now() });
  }
}

const RETRY_MS = 1_000;

interface Failure {
  readonly origin: Incoming | Press | DraftStop;
  readonly error: unknown;
  readonly updateIds: readonly number[];
  readonly again: () => void;
}
