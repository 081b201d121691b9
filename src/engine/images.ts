import { readFile } from "node:fs/promises";
import type { Attachment } from "../domain/run.ts";

/** Types of images that the large models take. */
export const IMAGE_TYPES: readonly string[] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

export interface Image {
  readonly mime: string;
  readonly base64: string;
}

/** Images for a protocol that takes their bytes. */
export const readImages = (attachments: readonly Attachment[]): Promise<readonly Image[]> =>
  Promise.all(attachments.map(async ({ path, mime }) => ({ mime, base64: await readFile(path, "base64") })));
