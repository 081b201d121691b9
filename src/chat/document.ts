import type { Block } from "./markdown/tree.ts";

/** One message in no transport's form. Head and foot are shown whole; a body that is too long is cut. */
export interface Document {
  readonly head?: readonly Block[];
  readonly body: readonly Block[];
  readonly foot?: readonly Block[];
}

export interface TextFile {
  readonly name: string;
  readonly text: string;
  /** The text after `text`, piece by piece; may be called again to send it again. */
  rest?(): Iterable<string>;
}

/** A message with texts that a reader unfolds. */
export interface FoldedDocument {
  readonly document: Document;
  readonly folds: readonly Block[];
  /** Sent instead of the folds if one message does not hold them. */
  readonly file: TextFile | undefined;
}

/**
 * The action of a button: `press` comes back unchanged in a {@link Press}, and has at most 64 of a-z, 0-9 and colons.
 * `said` does nothing: it shows the given answer, and is left out if the transport has no such buttons.
 */
export type Button = { readonly label: string; readonly style?: "danger" | "success" } & (
  | { readonly press: string }
  | { readonly copy: string }
  | { readonly said: true }
);

/** Row by row. */
export type Buttons = readonly (readonly Button[])[];

/** Any other file. */
export interface BinaryFile {
  readonly name: string;
  /** Known of images alone. */
  readonly mime: string;
  readonly size: number;
  /** May be called again to send it again. */
  bytes(): AsyncIterable<Uint8Array>;
}
