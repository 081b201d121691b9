import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { StoredRun } from "../store/stored-run.ts";
import { plain } from "./markdown/tree.ts";
import { Superseded, type Transport } from "./transport.ts";

interface Parts {
  readonly transport: Transport;
  readonly store: Store;
  readonly log: Logger;
}

/** How often a progress message is tried to be taken away or changed, before it is left for later. */
const ROUNDS = 3;

/**
 * Removes or changes the progress message of an ended run: it must not say that the run continues. A message that
 * `mustBeRead` stays. A failure is tried again after the chat's next delivery.
 */
export async function retire(
  run: StoredRun,
  { instead, mustBeRead = false }: { readonly instead: string; readonly mustBeRead?: boolean },
  { transport, store, log }: Parts,
): Promise<void> {
  const { id, chatId, progressId } = run;
  if (progressId === null) return;
  const remove = () => transport.remove(chatId, progressId);
  const edit = () => transport.edit(chatId, progressId, { body: [plain(instead)] }, { buttons: [], isSilent: true });
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const isDone = mustBeRead ? (await edit()) || (await remove()) : (await remove()) || (await edit());
      if (!isDone) continue;
      store.runs.setProgress(id, null);
      return;
    }
  } catch (error) {
    if (error instanceof Superseded) throw error;
    log.warn({ err: error, runId: id }, "progress.left");
  }
}

/** The outcome of a run is in no chat: its progress message says so, and so does the main chat. */
export async function retireParked(run: StoredRun, problem: string, parts: Parts, deliver: () => void): Promise<void> {
  const { id: runId, chatId, outcome, endedAt, createdAt } = run;
  const { mainChat } = parts.transport;
  if (chatId !== mainChat) {
    const body = `The outcome of run ${runId} could not be sent to chat ${chatId} (${problem}). \`takopi runs\` lists such runs.`;
    parts.store.deliveries.add({ runId, chatId: mainChat, body, createdAt: endedAt ?? createdAt });
    deliver();
  }
  const instead = `${outcome ?? "error"} · The answer could not be sent here: ${problem}`;
  await retire(run, { instead, mustBeRead: true }, parts);
}

/** Retires what could not be retired when its run ended. */
export async function retireStale(chatId: string, parts: Parts): Promise<void> {
  for (const run of parts.store.runs.withStaleProgress(chatId)) {
    await retire(run, { instead: "This run has ended." }, parts);
  }
}
