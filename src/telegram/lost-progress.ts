import { formatElapsed } from "../domain/elapsed.ts";
import type { Logger } from "../log.ts";
import type { StoredRun } from "../store/runs.ts";
import type { Store } from "../store/store.ts";
import { Refused, type Telegram } from "./api.ts";

interface Parts {
  readonly store: Store;
  readonly telegram: Telegram;
  readonly log: Logger;
}

/** Messages of one chat are numbered in order; a progress message comes soon after its prompt. */
const IDS_TO_TRY = 8;

/**
 * Finds progress messages that Telegram took just before the last bridge was killed, so that their ids were never
 * stored: else they would say for ever that the run goes on. Tries what can be ours and is not known, with an edit;
 * what is not ours Telegram refuses to edit. Never rejects. Only while nothing is being delivered: a message that
 * has just arrived is not known yet.
 */
export async function findLostProgress({ store, telegram, log }: Parts): Promise<void> {
  for (const run of store.runs.withLostProgress()) {
    try {
      const found = await find(run, store, telegram);
      log.info({ runId: run.id, found }, "progress.looked_for");
      if (found === undefined) continue;
      store.transaction(() => {
        store.runs.setProgress(run.id, found);
        store.runs.addMessage(run.chatId, found, run.id);
      });
    } catch (error) {
      log.warn({ err: error, runId: run.id }, "progress.lost");
    }
  }
}

async function find(run: StoredRun, store: Store, telegram: Telegram): Promise<number | undefined> {
  const { chatId, messageId } = run;
  for (let id = messageId + 1; id <= messageId + IDS_TO_TRY; id++) {
    if (store.runs.isKnownMessage(chatId, id)) continue;
    const answered = await claim(run, id, telegram);
    if (answered === undefined) continue;
    if (answered === "unknown" || answered === messageId) return id;
    // What its own run lost: its progress, of which nothing depends, or an outcome, which is delivered again.
    await telegram.call("deleteMessage", { chat_id: chatId, message_id: id });
  }
  return undefined;
}

/** Which message it replies to, where it is ours, as far as that can be told. */
async function claim(
  { chatId, engine, createdAt }: StoredRun,
  id: number,
  telegram: Telegram,
): Promise<number | "unknown" | undefined> {
  const text = `restarting · ${engine} · ${formatElapsed(Date.now() - createdAt)}`;
  try {
    const edited = await telegram.call("editMessageText", { chat_id: chatId, message_id: id, text });
    return edited === true ? "unknown" : (edited.reply_to_message?.message_id ?? "unknown");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (/not modified/i.test(error.reason)) return "unknown";
    if (error.code !== 400) throw error;
    return undefined;
  }
}
