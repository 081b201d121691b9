/** Characters that turn the reading direction of what follows them. */
export const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/g;

/** Control characters, which Telegram drops or replaces and so would move every offset. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Text as a message may hold it: whole characters, `\n` between lines, and nothing that reorders what is read. */
export function clean(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(CONTROL, "")
    .replace(DIRECTION, "")
    .replace(/\p{Surrogate}/gu, "\ufffd");
}
