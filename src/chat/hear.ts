import type { PromptFile } from "../domain/files.ts";
import { UserError, userText } from "../errors.ts";
import type { Logger } from "../log.ts";
import { type Answer, type Answers, refOf } from "./answers.ts";
import type { Incoming } from "./incoming.ts";
import type { Intent } from "./intent.ts";
import { keyOf } from "./join.ts";
import type { Transport } from "./transport.ts";

/** Makes text of a recording. @throws UserError with what to fix. */
export type Transcribe = (voice: PromptFile, signal: AbortSignal) => Promise<string>;

export interface HearParts {
  readonly transcribe: Transcribe;
  readonly transport: Pick<Transport, "showTyping">;
  readonly log: Logger;
  /** The bridge ends: the message is heard at its next start. */
  readonly signal: AbortSignal;
  /** Takes the message with its text. */
  readonly use: (heard: Incoming) => void;
  /** Says why there is no text; the message is settled then. */
  readonly tell: (answer: Answer) => void;
}

/** Gives voice messages their text: several at once, but those of one sender are used in the order they came. */
export class Hearing {
  readonly #last = new Map<string, Promise<void>>();

  async hear(message: Incoming, parts: HearParts): Promise<void> {
    const key = keyOf(message);
    const before = this.#last.get(key);
    const heard = listen(message, parts);
    const settled = Promise.allSettled([heard, before]).then(() => {});
    this.#last.set(key, settled);
    await settled;
    if (this.#last.get(key) === settled) this.#last.delete(key);
    (await heard)();
  }
}

/** The actions after a message is heard. */
async function listen(message: Incoming, parts: HearParts): Promise<() => void> {
  const { transcribe, log, signal, use, tell } = parts;
  const { voice, ...rest } = message;
  if (!voice) return () => {};
  const stopTyping = keepTyping(message, parts);
  try {
    const text = await transcribe(voice, signal);
    const heard = { ...rest, text: [rest.text, text].filter(Boolean).join("\n\n"), isSpoken: true };
    return () => signal.aborted || use(heard);
  } catch (error) {
    if (signal.aborted) return () => {};
    const ref = refOf(message.updateId);
    if (!(error instanceof UserError)) log.error({ err: error, ref }, "voice.failed");
    const body = `${userText(error, ref)}\n\nForward the voice message to me to try again.`;
    return () => tell({ body, isSilent: true });
  } finally {
    stopTyping();
  }
}

/** Transports show it for a few seconds. */
const TYPING_MS = 4_500;

/** Shows that something is done until the function that it gives is called. */
function keepTyping({ chatId, topicId }: Incoming, { transport }: HearParts): () => void {
  const show = () => transport.showTyping({ chatId, topicId: topicId ?? null, replyTo: null });
  show();
  const timer = setInterval(show, TYPING_MS);
  return () => clearInterval(timer);
}

/** Shows what was heard; a reply to it continues the run that came of it. */
export function tellHeard(spoken: readonly Incoming[], runId: string | undefined, answers: Answers): void {
  for (const message of spoken) {
    const lines = message.text.split("\n").map((line) => `> ${asMarkdown(line.trim())}`);
    answers.give(message, { body: lines.join("\n"), isSilent: true, ...(runId !== undefined && { runId }) }, []);
  }
}

/** Shows what was heard as the answer to a question, unless nobody may see that. */
export function tellSpoken(answer: Extract<Intent, { type: "cardReply" }>, answers: Answers): void {
  const { message, question: stored } = answer;
  const isSecret = "isSecret" in stored.question && stored.question.isSecret;
  if (message.isSpoken && !isSecret) tellHeard([message], stored.runId, answers);
}

/** Text that is no Markdown, as Markdown. */
const asMarkdown = (text: string): string => text.replace(/[!-/:-@[-`{-~]/g, (sign) => `&#${sign.codePointAt(0)};`);
