import { z } from "zod";
import type { Incoming } from "../chat/incoming.ts";

export const Quote = z.object({ text: z.string(), is_manual: z.boolean().optional() });

const name = z.string().optional();
const Titled = z.object({ title: name, first_name: name, username: name }).optional().catch(undefined);
const Origin = z.object({ sender_user_name: name, sender_user: Titled, sender_chat: Titled, chat: Titled });

/** A message of another chat or topic; Telegram gives its author, and its text only as a quote. */
export const External = z.object({ origin: Origin.optional().catch(undefined) });

interface Parts {
  readonly quote?: z.infer<typeof Quote> | undefined;
  readonly external_reply?: z.infer<typeof External> | undefined;
}

/** Telegram quotes by itself, too; within a chat only what the person selected is meant. */
export function readQuote({ quote, external_reply: external }: Parts): Incoming["quote"] {
  if (external) return { text: quote?.text ?? "", from: `a message by ${authorOf(external)} in another chat` };
  return quote?.is_manual ? { text: quote.text, from: undefined } : undefined;
}

function authorOf({ origin }: z.infer<typeof External>): string {
  const known = origin?.sender_user ?? origin?.sender_chat ?? origin?.chat;
  const author = origin?.sender_user_name ?? known?.title ?? known?.first_name ?? known?.username;
  return author?.replace(/\s+/g, " ") ?? "somebody";
}
