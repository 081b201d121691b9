/** Most file systems take 255 bytes; a date, a number and a temporary ending need room, too. */
const LONGEST_BYTES = 180;
const LONGEST_ENDING = 16;

/**
 * A name that is a file's in any directory: without folders, control signs and marks that turn the direction of text,
 * and not hidden. Commas go, too: codex takes them for the end of a path. The ending stays when it is cut.
 */
export function safeName(given: string): string {
  const last = given.normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const clean = last.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "");
  const name = clean.replace(/[<>:"|?*`,]/g, "_").replace(/^[\s.-]+|[\s.]+$/g, "");
  const ending = /\.[^.\s]+$/.exec(name)?.[0] ?? "";
  const isEnding = ending.length <= LONGEST_ENDING && ending !== name;
  const stem = isEnding ? name.slice(0, name.length - ending.length) : name;
  return `${cutBytes(stem || "file", LONGEST_BYTES)}${isEnding ? ending : ""}`;
}

/** `photo.jpg`, `photo-2.jpg`, `photo-3.jpg` and so on. */
export function numberedName(name: string, number: number): string {
  if (number === 1) return name;
  const dot = name.lastIndexOf(".");
  return dot > 0 ? `${name.slice(0, dot)}-${number}${name.slice(dot)}` : `${name}-${number}`;
}

/** As much of it as fits, whole characters. */
function cutBytes(text: string, most: number): string {
  let bytes = 0;
  let kept = "";
  for (const sign of text) {
    bytes += Buffer.byteLength(sign);
    if (bytes > most) break;
    kept += sign;
  }
  return kept;
}
