import { formatElapsed } from "../domain/elapsed.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { StoredRun } from "../store/stored-run.ts";
import { type Answer, type Payload, Refused, type Telegram } from "./api.ts";

interface Parts {
  readonly store: Store;
  readonly telegram: Telegram;
  readonly log: Logger;
  /** Gives up. */
  readonly signal?: AbortSignal;
}

/** Calls Telegram. */
export type Caller = <M extends "editMessageText" | "deleteMessage">(
  method: M,
  payload: Payload<M> & { chat_id: number },
) => Promise<Answer<M>>;

/** Messages of one chat are numbered in order; a progress message comes soon after its prompt. */
const IDS_TO_TRY = 8;

/**
 * Finds progress messages that Telegram took just before the last bridge was killed, so that their ids were never
 * stored: they would always say that the run continues. Tries an edit on every unknown message that may be ours;
 * Telegram refuses to edit other messages. Never rejects. Call it only while nothing is being delivered: a message that
 * has just arrived is not known yet.
 */
export async function findLostProgress({ store, telegram, log, signal }: Parts): Promise<void> {
  const call: Caller = (method, payload) => telegram.call(method, payload, signal);
  for (const run of store.runs.withLostProgress()) {
    if (signal?.aborted) return;
    try {
      const found = await find(run, store, call);
      log.info({ runId: run.id, found }, "progress.looked_for");
      if (found === undefined) continue;
      store.transaction(() => {
        store.runs.setProgress(run.id, found);
        store.messages.lead(run.chatId, found, run.id);
      });
    } catch (error) {
      log.warn({ err: error, runId: run.id }, "progress.lost");
    }
  }
}

/** Part of a chat: what came after one known message and before another. */
export interface Stretch {
  readonly chatId: string;
  readonly after: string;
  readonly before: string;
}

/**
 * Takes away what Telegram took although its answer was lost. For a chat that gets one call at a time: what is between
 * two known messages, ours and unknown, is on its way no more, and was or will be sent again.
 *
 * @throws what the calls throw.
 */
export async function removeStrays({ chatId, after, before }: Stretch, store: Store, call: Caller): Promise<void> {
  const chat_id = Number(chatId);
  for (let id = Math.max(Number(after) + 1, Number(before) - IDS_TO_TRY); id < Number(before); id++) {
    if (store.messages.isKnown(chatId, String(id))) continue;
    const isOurs = (await claim({ chat_id, id, text: "sent again below" }, call)) !== undefined;
    if (isOurs) await call("deleteMessage", { chat_id, message_id: id });
  }
}

async function find(run: StoredRun, store: Store, call: Caller): Promise<string | undefined> {
  const { chatId, engine, createdAt } = run;
  const chat_id = Number(chatId);
  const messageId = run.messageId === null ? null : Number(run.messageId);
  const text = `restarting · ${engine} · ${formatElapsed(Date.now() - createdAt)}`;
  // Nothing asked for it in the chat, so it is near the last known message from before the kill.
  const first = (messageId ?? store.messages.newestKnown(chatId) - IDS_TO_TRY) + 1;
  const last = messageId === null ? first + 2 * IDS_TO_TRY : messageId + IDS_TO_TRY;
  for (let id = Math.max(first, 1); id <= last; id++) {
    if (store.messages.isKnown(chatId, String(id))) continue;
    const answered = await claim({ chat_id, id, text }, call);
    if (answered === undefined) continue;
    if (answered === "unknown" || answered === messageId) return String(id);
    // A message that its run lost: its progress, which nothing needs, or an outcome, which is delivered again.
    await call("deleteMessage", { chat_id, message_id: id });
  }
  return undefined;
}

/** Which message it replies to, if it is ours, as far as that can be told. */
async function claim(
  { chat_id, id, text }: { readonly chat_id: number; readonly id: number; readonly text: string },
  call: Caller,
): Promise<number | "unknown" | undefined> {
  try {
    const edited = await call("editMessageText", { chat_id, message_id: id, text });
    return edited === true ? "unknown" : (edited.reply_to_message?.message_id ?? "unknown");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (/not modified/i.test(error.reason)) return "unknown";
    if (error.code !== 400) throw error;
    return undefined;
  }
}
