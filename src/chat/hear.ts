import type { PromptFile } from "../domain/files.ts";
import { UserError, userText } from "../errors.ts";
import type { Logger } from "../log.ts";
import { type Answer, type Answers, refOf } from "./answers.ts";
import type { Incoming } from "./incoming.ts";

/** Makes text of a recording. @throws UserError with what to fix. */
export type Transcribe = (voice: PromptFile, signal: AbortSignal) => Promise<string>;

export interface HearParts {
  readonly transcribe: Transcribe;
  readonly log: Logger;
  /** The bridge ends: the message is heard at its next start. */
  readonly signal: AbortSignal;
  /** Takes the message with its text. */
  readonly use: (heard: Incoming) => void;
  /** Says why there is no text; the message is settled then. */
  readonly tell: (answer: Answer) => void;
}

/** Gives a voice message its text. */
export async function hear(message: Incoming, { transcribe, log, signal, use, tell }: HearParts): Promise<void> {
  const { voice, ...rest } = message;
  if (!voice) return;
  const text = await transcribe(voice, signal).catch((error: unknown) => {
    if (signal.aborted) return undefined;
    const ref = refOf(message.updateId);
    if (!(error instanceof UserError)) log.error({ err: error, ref }, "voice.failed");
    tell({ body: `${userText(error, ref)}\n\nForward the voice message to me to try again.`, isSilent: true });
    return undefined;
  });
  if (text !== undefined && !signal.aborted)
    use({ ...rest, text: [rest.text, text].filter(Boolean).join("\n\n"), isSpoken: true });
}

/** Shows what was heard; a reply to it continues the run that came of it. */
export function tellHeard(spoken: readonly Incoming[], runId: string | undefined, answers: Answers): void {
  for (const message of spoken) {
    const lines = message.text.split("\n").map((line) => `> ${asMarkdown(line.trim())}`);
    answers.give(message, { body: lines.join("\n"), isSilent: true, ...(runId !== undefined && { runId }) }, []);
  }
}

/** Text that is no Markdown, as Markdown. */
const asMarkdown = (text: string): string => text.replace(/[!-/:-@[-`{-~]/g, (sign) => `&#${sign.codePointAt(0)};`);
