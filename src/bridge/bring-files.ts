import type { PromptFile } from "../domain/files.ts";
import type { StoredRun } from "../store/stored-run.ts";
import { MachineAway } from "../worker/port.ts";
import { fetchFiles, placeOf } from "./fetch-files.ts";
import type { BridgeOptions } from "./options.ts";

interface Parts extends Pick<BridgeOptions, "fileSource" | "worker" | "log" | "store"> {
  /** Hears why it waits, and at last nothing. */
  readonly onWait: (reason: string | undefined) => void;
}

/**
 * Brings the files of a run to the machine that carries it out, and waits for a machine that is away. Each file is stored
 * as soon as it is there, so that a restart fetches only the others.
 *
 * @throws UserError if one of them will not come; `signal.reason` once aborted.
 */
export async function bringFiles(run: StoredRun, signal: AbortSignal, { onWait, ...parts }: Parts): Promise<StoredRun> {
  let { files } = run;
  const keep = (found: readonly PromptFile[]) => {
    files = found;
    parts.store.runs.setFiles(run.id, found);
  };
  while (files.some(({ placed }) => !placed)) {
    await parts.worker.ready(placeOf(run), signal, onWait);
    await fetchFiles({ ...run, files }, signal, parts, keep).catch((error: unknown) => {
      if (!(error instanceof MachineAway)) throw error;
    });
  }
  signal.throwIfAborted();
  return { ...run, files };
}
