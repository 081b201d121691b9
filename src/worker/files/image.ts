const BEGINNINGS: readonly (readonly [string, RegExp])[] = [
  ["image/png", /^\x89PNG\r\n\W\n/],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/gif", /^GIF8[79]a/],
  ["image/webp", /^RIFF[\s\S]{4}WEBP/],
];

/** Bytes that tell the kind of an image. */
export const BEGINNING_BYTES = 16;

/**
 * The type of a file by how it begins. What only says that it is an image is none: a session whose model was sent one
 * that it cannot read may refuse every turn after that.
 */
export function mimeOf(beginning: Uint8Array, told: string): string {
  const text = Buffer.from(beginning).toString("latin1");
  const found = BEGINNINGS.find(([, pattern]) => pattern.test(text));
  if (found) return found[0];
  return told.startsWith("image/") || !/^[\w.+-]+\/[\w.+-]+$/.test(told) ? "application/octet-stream" : told;
}
