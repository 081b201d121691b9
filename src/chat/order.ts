import type { Answers } from "./answers.ts";
import { type CardReplyParts, replyToCard } from "./card-reply.ts";
import type { DispatchParts } from "./dispatch.ts";
import { tellSpoken } from "./hear.ts";
import { classify, type Intent, type IntentParts } from "./intent.ts";
import { type Group, mayHaveSequel } from "./join.ts";
import { obey } from "./obey.ts";

/** A message that is done at once instead of becoming a run: a command, or the reply to a question. */
export type Order = Extract<Intent, { type: "command" | "cardReply" }>;

/** The order that a group is: it was so long that clients cut it. */
export function orderIn({ first, text }: Group, parts: IntentParts): Order | undefined {
  const intent = mayHaveSequel(first) ? classify({ message: { ...first, text } }, parts) : undefined;
  return intent?.type === "command" || intent?.type === "cardReply" ? intent : undefined;
}

/** Carries an order out and answers it. @throws UserError */
export function carryOut(
  order: Order,
  parts: DispatchParts & CardReplyParts & { readonly answers: Answers },
  updateIds?: readonly number[],
): void {
  const { answers } = parts;
  if (order.type === "command") {
    answers.respond(order.message, obey(order, parts), updateIds);
  } else {
    tellSpoken(order, answers);
    answers.give(order.message, replyToCard(order.message, order.question, parts), updateIds);
  }
}
