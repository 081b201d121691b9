import { z } from "zod";
import { BOUNDS } from "../../bounds.ts";
import { UserError } from "../../errors.ts";
import type { StoredRun } from "../../store/stored-run.ts";
import type { Access, Caller } from "../operation.ts";

/** The state of a question. */
export const AskedAnswer = z.object({
  state: z.enum(["answered", "open", "dismissed", "expired"]),
  answer: z.string().nullable(),
  /** For `await_answer`; null unless the question is open. */
  ticket: z.string().nullable(),
});
type AskedAnswer = z.infer<typeof AskedAnswer>;

/** Waits for a person, as long as a tool may take; tells now and then that it still waits. */
export async function answerOf(access: Access, run: StoredRun, ticket: string, caller: Caller): Promise<AskedAnswer> {
  const { waitMs, progressMs } = BOUNDS.tools;
  const waited = AbortSignal.timeout(waitMs);
  const begun = Date.now();
  const tell = () => caller.emit?.({ waitedSeconds: Math.round((Date.now() - begun) / 1000) });
  const timer = setInterval(tell, progressMs);
  try {
    const enough = AbortSignal.any([waited, ...(caller.signal ? [caller.signal] : [])]);
    const stored = await access.bridge.tickets.wait(ticket, run.id, enough);
    if (!stored) throw new UserError(`There is no question with the ticket ${ticket}.`, { code: "not_found" });
    if (stored.state !== "open" && !caller.signal?.aborted) handOver(access, ticket, caller);
    if (stored.state === "open") return { state: "open", answer: null, ticket };
    if (stored.state === "answered" && stored.reply !== "dismiss") {
      return { state: "answered", answer: stored.answer, ticket: null };
    }
    return { state: stored.decidedBy === "user" ? "dismissed" : "expired", answer: null, ticket: null };
  } finally {
    clearInterval(timer);
  }
}

/** An answer that the asking run does not get stays one that it has yet to get. */
function handOver({ bridge }: Access, ticket: string, { onDelivery }: Caller): void {
  const settle = bridge.tickets.handOver(ticket);
  if (onDelivery) onDelivery(settle);
  else settle(true);
}

const WORDS = {
  dismissed: "The person dismissed the question. Decide as you think best, or stop and say what you need.",
  expired: "Nobody answered in time. Decide as you think best, or stop and say what you need.",
};

export const tellAnswer = ({ state, answer, ticket }: AskedAnswer) => ({
  body:
    state === "answered"
      ? (answer ?? "")
      : state === "open"
        ? `Nobody has answered yet. Call await_answer with the ticket ${ticket} to wait on, or continue with other work. If you end your turn, the answer reaches you in a turn of its own.`
        : WORDS[state],
});

export const tellWaiting = (event: unknown): string =>
  `Waiting for the person, ${(event as { waitedSeconds: number }).waitedSeconds} s so far.`;
