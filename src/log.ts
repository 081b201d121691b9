/** What the rooms see of the logger: a constant dotted name, data in fields. */
export interface Logger {
  debug(fields: object, event: string): void;
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
  error(fields: object, event: string): void;
  child(fields: object): Logger;
}

/** Takes bot tokens out of a text, also out of the address of a request. */
export function redact(text: string): string {
  return text
    .replace(/bot\d+(?::|%3A)[\w-]+/gi, "bot[REDACTED]")
    .replace(/\d+(?::|%3A)[\w-]{10,}/gi, "[REDACTED_TOKEN]");
}
