import type { Attachment } from "./run.ts";

/** A file that came with a prompt. JSON. */
export interface PromptFile {
  /** The transport's own id of it, which leads to its bytes. */
  readonly source: string;
  /** The sender chose it, so it may hold anything. */
  readonly name: string;
  /** The sender's own claim. */
  readonly mime: string;
  /** Bytes, if the transport says so. */
  readonly size?: number | undefined;
  /** Set once a worker has put it in its place. */
  readonly placed?: PlacedFile | undefined;
}

/** A file in the directory of a run, on the machine that carries the run out. */
export interface PlacedFile {
  /** Absolute. */
  readonly path: string;
  /** From the run's directory. */
  readonly shown: string;
  /** An image's is known from its bytes. */
  readonly mime: string;
  /** Bytes. */
  readonly size: number;
}

/** Bots may fetch up to 20 MiB from Telegram's own server. */
export const MAX_FETCHED_BYTES = 20 * 1024 * 1024;

/**
 * A prompt that names the places of its files. The paths are absolute: a session may work in another directory than its
 * project's.
 */
export function withPlaces(prompt: string, files: readonly PromptFile[], isSession: boolean): string {
  const paths = placedOf(files).map(({ path, shown }) => (isSession ? path : shown));
  const [first] = paths;
  if (first === undefined) return prompt;
  const note =
    paths.length === 1
      ? `[uploaded file: ${first}]`
      : ["[uploaded files]", ...paths.map((path) => `- ${path}`)].join("\n");
  return prompt.trim() === "" ? note : `${prompt}\n\n${note}`;
}

/** The same files for an engine that takes some of them itself. */
export const toAttachments = (files: readonly PromptFile[]): readonly Attachment[] =>
  placedOf(files).map(({ path, mime, size }) => ({ path, mime, size }));

const placedOf = (files: readonly PromptFile[]) => files.flatMap(({ placed }) => placed ?? []);
