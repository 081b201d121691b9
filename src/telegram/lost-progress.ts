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
 * what is not ours Telegram refuses to edit. Never rejects.
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

async function find({ chatId, messageId, engine }: StoredRun, store: Store, telegram: Telegram) {
  for (let id = messageId + 1; id <= messageId + IDS_TO_TRY; id++) {
    if (store.runs.isKnownMessage(chatId, id)) continue;
    try {
      await telegram.call("editMessageText", { chat_id: chatId, message_id: id, text: `restarting · ${engine}` });
      return id;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (/not modified/i.test(error.reason)) return id;
      if (error.code !== 400) throw error;
    }
  }
  return undefined;
}
