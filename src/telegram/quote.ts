import type { Incoming } from "../chat/incoming.ts";

type Named = Partial<Record<"title" | "first_name" | "username", string | undefined>>;

/** A message of another chat or topic; Telegram gives its author, and its text only as a quote. */
interface External {
  readonly origin?:
    | (Partial<Record<"sender_user" | "sender_chat" | "chat", Named | undefined>> & {
        sender_user_name?: string | undefined;
      })
    | undefined;
}

interface Parts {
  readonly quote?: { readonly text: string; readonly is_manual?: boolean | undefined } | undefined;
  readonly external_reply?: External | undefined;
}

/** Telegram quotes by itself, too; within a chat only what the person selected is meant. */
export function readQuote({ quote, external_reply: external }: Parts): Incoming["quote"] {
  if (external) return { text: quote?.text ?? "", from: `a message by ${authorOf(external)} in another chat` };
  return quote?.is_manual ? { text: quote.text, from: undefined } : undefined;
}

function authorOf({ origin }: External): string {
  const known = origin?.sender_user ?? origin?.sender_chat ?? origin?.chat;
  const author = origin?.sender_user_name ?? known?.title ?? known?.first_name ?? known?.username;
  return author?.replace(/\s+/g, " ") ?? "somebody";
}
