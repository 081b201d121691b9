import type { Incoming } from "./incoming.ts";

/** The quote of a message, marked so that nobody takes it for the person's own words; "" if it quotes nothing. */
export function quoteOf({ quote }: Pick<Incoming, "quote">): string {
  if (!quote) return "";
  const source = quote.from === undefined ? "the message that this replies to" : quote.from;
  if (quote.text === "") return `(This replies to ${source}; its text did not come with it.)`;
  return [`Quoted from ${source}:`, ...quote.text.split("\n").map((line) => `> ${line}`)].join("\n");
}

/** A text, and below it what its message quotes. */
export const withQuote = (text: string, message: Pick<Incoming, "quote">): string =>
  [text, quoteOf(message)].filter((part) => part !== "").join("\n\n");
