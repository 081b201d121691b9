import type { PlacedFile, PromptFile } from "../domain/files.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { UserError } from "../errors.ts";
import { withTries } from "../tries.ts";
import { type FilePlace, MachineAway, type Wanted } from "../worker/port.ts";
import type { BridgeOptions } from "./options.ts";

type Parts = Pick<BridgeOptions, "fileSource" | "worker" | "log">;

/** Waits before the second and each later try. */
const WAITS_MS = [500, 2_000, 5_000];

/**
 * Brings files to where a run works, one after the other.
 *
 * @param onPlaced Called with all of them as soon as one more is there.
 *
 * @throws UserError if one of them will not come; `signal.reason` once aborted.
 */
export async function fetchFiles(
  run: { readonly files: readonly PromptFile[] } & Place,
  signal: AbortSignal,
  parts: Parts,
  onPlaced: (files: readonly PromptFile[]) => void = () => {},
): Promise<readonly PromptFile[]> {
  let { files } = run;
  for (const [index, file] of files.entries()) {
    if (file.placed) continue;
    const placed = await fetchFile(file, { place: placeOf(run), signal }, parts);
    files = files.with(index, { ...file, placed });
    onPlaced(files);
  }
  return files;
}

/** The same, but after an abort, and if the machine is away, the files stay as they are. @throws UserError */
export const fetchIfThere = (run: Parameters<typeof fetchFiles>[0], signal: AbortSignal, parts: Parts) =>
  fetchFiles(run, signal, parts).catch((error: unknown) => {
    if (signal.aborted || error instanceof MachineAway) return run.files;
    throw error;
  });

export interface PutTarget {
  readonly place: FilePlace;
  /** The directory for uploads if absent. */
  readonly to?: Wanted | undefined;
}

/**
 * Puts files into the places that a person named, one after the other; says for each where it is, or why it is not
 * there.
 */
export async function putFiles(
  files: readonly PromptFile[],
  target: PutTarget & { readonly signal: AbortSignal },
  parts: Parts,
): Promise<readonly (PlacedFile | UserError)[]> {
  const results: (PlacedFile | UserError)[] = [];
  for (const file of files) {
    const put = fetchFile(file, target, parts).catch((error: unknown) => {
      if (error instanceof UserError) return error;
      throw error;
    });
    results.push(await put);
  }
  return results;
}

interface Place {
  readonly project: string | null;
  readonly branch: string | null;
  readonly machine: string | null;
}

/** Where the files of a run are. */
export const placeOf = ({ project, branch, machine }: Place): FilePlace => ({
  ...(project !== null && { project }),
  ...(branch !== null && { branch }),
  ...(machine !== null && { machine }),
});

async function fetchFile(
  file: PromptFile,
  { place, to, signal }: PutTarget & { readonly signal: AbortSignal },
  { fileSource, worker, log }: Parts,
): Promise<PlacedFile> {
  const fetchOnce = async () => {
    const bytes = await fileSource.fetchFile(file.source, signal);
    return worker.put(place, { name: file.name, mime: file.mime, bytes, signal, to });
  };
  const onFailed = (err: unknown, waitMs: number | undefined) => log.warn({ err, waitMs }, "file.not_fetched");
  try {
    return await withTries(fetchOnce, { waitsMs: WAITS_MS, signal, onFailed });
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof UserError) throw cause;
    throw new UserError(`${inlineCode(file.name)} could not be fetched from the chat: send it again.`, { cause });
  }
}
