import { UserError, userText } from "../errors.ts";
import type { Told } from "../operations/operation.ts";
import type { Deferred } from "./deferred.ts";
import type { DispatchParts } from "./dispatch.ts";
import type { Buttons } from "./document.ts";
import type { Incoming } from "./incoming.ts";

/** What is said to a command or a press. */
export interface Answer extends Pick<Told, "body" | "folds" | "file"> {
  readonly buttons?: Buttons;
  /** The run that a reply to it continues. */
  readonly runId?: string;
}

/** What a delivery keeps beside the body. */
export type Attached = Pick<Told, "folds" | "file">;

type Reply = string | Answer | undefined;

/** What an answer replies to. */
export type Origin = Pick<Incoming, "updateId" | "chatId" | "topicId" | "messageId">;

/** Tells what comes of some work when it is done, or why nothing does. */
export type AnswerLater = (origin: Origin, work: Promise<Reply>) => void;

/** Replies to messages and presses, delivered from the store. */
export class Answers {
  readonly #parts: Pick<DispatchParts, "store" | "log" | "now" | "deliver">;
  readonly #deferred: Deferred;

  constructor(parts: DispatchParts, deferred: Deferred) {
    this.#parts = parts;
    this.#deferred = deferred;
  }

  /** Stores the reply, if there is one, together with the fact that the updates are handled. */
  give(origin: Origin, reply: Reply, updateIds: readonly number[] = [origin.updateId]): void {
    const { store, now, deliver } = this.#parts;
    store.transaction(() => {
      for (const id of updateIds) store.updates.handled(id);
      if (reply === undefined) return;
      const { body, runId, buttons, folds, file }: Answer = typeof reply === "string" ? { body: reply } : reply;
      const { chatId, topicId, messageId: replyTo } = origin;
      const keyboard = buttons && JSON.stringify(buttons);
      const attached = folds || file ? JSON.stringify({ folds, file }) : undefined;
      store.deliveries.add({ chatId, topicId, replyTo, runId, body, keyboard, attached, createdAt: now() });
    });
    deliver();
  }

  /** To a command: what takes its time counts as handled at once, since done twice it could do harm. */
  respond(message: Incoming, reply: Reply | Promise<Reply>): void {
    const isLate = reply instanceof Promise;
    this.give(message, isLate ? undefined : reply);
    if (isLate) this.later(message, reply);
  }

  readonly later: AnswerLater = (origin, work) => {
    const explained = work.catch((error: unknown) => {
      const ref = refOf(origin.updateId);
      if (!(error instanceof UserError)) this.#parts.log.error({ err: error, ref }, "update.failed");
      return userText(error, ref);
    });
    this.#deferred.add(explained.then((answer) => this.give(origin, answer, [])));
  };
}

/** Leads from a chat to the log. */
export const refOf = (updateId: number): string => `u${updateId}`;
