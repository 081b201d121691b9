import { UserError, userText } from "../errors.ts";
import type { Told } from "../operations/operation.ts";
import type { Delivery, NewDelivery } from "../store/deliveries.ts";
import type { Deferred } from "./deferred.ts";
import type { DispatchParts } from "./dispatch.ts";
import type { Buttons, Document, FoldedDocument } from "./document.ts";
import type { Incoming, Press } from "./incoming.ts";
import { toDocument } from "./markdown/load.ts";
import { Superseded } from "./transport.ts";

/** The answer to a command or a press. */
export interface Answer extends Pick<Told, "body" | "folds" | "file"> {
  readonly buttons?: Buttons;
  /** The run that a reply to it continues. */
  readonly runId?: string;
  /** The message makes no sound: nobody waits for it. */
  readonly isSilent?: boolean;
}

type Reply = string | Answer | undefined;

/** The message that an answer replies to. */
export type Origin = Pick<Incoming, "updateId" | "chatId" | "topicId" | "messageId">;

/** Replies to messages and presses, delivered from the store. */
export class Answers {
  readonly #parts: Pick<DispatchParts, "store" | "log" | "now" | "deliver" | "transport">;
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
      const answer: Answer = typeof reply === "string" ? { body: reply } : reply;
      const { chatId, topicId, messageId: replyTo } = origin;
      storeAnswer({ chatId, topicId, replyTo, runId: answer.runId }, answer, { store, now });
    });
    deliver();
  }

  /** To a command: what takes its time counts as handled at once, since done twice it could do harm. */
  respond(message: Incoming, reply: Reply | Promise<Reply>, updateIds?: readonly number[]): void {
    const isLate = reply instanceof Promise;
    this.give(message, isLate ? undefined : reply, updateIds);
    if (isLate) this.later(message, reply);
  }

  /** Puts an answer into the place of the message whose button was pressed; below it if that cannot be changed. */
  replace(press: Press, answer: Answer): void {
    const { transport, log } = this.#parts;
    const { chatId, messageId } = press;
    const change = async () => {
      const options = { buttons: answer.buttons ?? [], isSilent: true, urgency: "press" as const };
      return transport.edit(chatId, messageId, await toDocument(answer.body), options);
    };
    const changed = change().catch((error: unknown) => {
      if (error instanceof Superseded) return true;
      log.warn({ err: error, messageId }, "press.not_shown");
      return false;
    });
    this.#deferred.add(changed.then((isShown) => (isShown ? undefined : this.give(press, answer, []))));
  }

  /** Tells what comes of some work when it is done, or why nothing does. */
  later(origin: Origin, work: Promise<Reply>): void {
    const explained = work.catch((error: unknown) => {
      const ref = refOf(origin.updateId);
      if (!(error instanceof UserError)) this.#parts.log.error({ err: error, ref }, "update.failed");
      return userText(error, ref);
    });
    this.#deferred.add(explained.then((answer) => this.give(origin, answer, [])));
  }
}

/** Stores an answer as something to be delivered. */
export function storeAnswer(
  where: Pick<NewDelivery, "chatId" | "topicId" | "replyTo" | "runId">,
  { body, buttons, isSilent, folds, file }: Answer,
  { store, now }: Pick<DispatchParts, "store" | "now">,
): void {
  const keyboard = buttons && JSON.stringify(buttons);
  const attached = folds || file ? JSON.stringify({ folds, file }) : undefined;
  store.deliveries.add({ ...where, body, keyboard, attached, isSilent, createdAt: now() });
}

/** A stored answer as a message. */
export async function readAnswer({ body, attached }: Delivery): Promise<Document | FoldedDocument> {
  const document = await toDocument(body ?? "");
  if (attached === null) return document;
  const { folds = [], file }: Pick<Answer, "folds" | "file"> = JSON.parse(attached);
  const toBlock = ({ title, text }: (typeof folds)[number]) => ({
    ...{ type: "pre" as const, language: "diff", isFolded: true, title, text },
  });
  return { document, folds: folds.map(toBlock), file };
}

/** An answer that need not disturb a person. */
export const quietly = (body: string | undefined): Answer | undefined =>
  body === undefined ? undefined : { body, isSilent: true };

/** Leads from a chat to the log. */
export const refOf = (updateId: number): string => `u${updateId}`;
