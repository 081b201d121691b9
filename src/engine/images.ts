import { readFile } from "node:fs/promises";
import type { Attachment } from "../domain/run.ts";

export interface Image {
  readonly mime: string;
  readonly base64: string;
}

/** Images for a protocol that takes their bytes. */
export const readImages = (attachments: readonly Attachment[]): Promise<readonly Image[]> =>
  Promise.all(attachments.map(async ({ path, mime }) => ({ mime, base64: await readFile(path, "base64") })));
