import { shorten } from "../domain/cut.ts";
import type { Question } from "../domain/question.ts";
import { visibleBlock, visibleLine } from "../domain/visible.ts";
import type { StoredQuestion } from "../store/questions.ts";
import { LABEL_LENGTH, MAX_OPTIONS } from "./card-buttons.ts";
import type { Document, TextFile } from "./document.ts";
import { type Block, code, type Inline, lines, paragraph, plain, text, textOf } from "./markdown/tree.ts";

export interface CardView {
  readonly stored: StoredQuestion;
  readonly engine: string;
  /** `ctx: web @feat/x` */
  readonly context: string | undefined;
}

interface Card {
  readonly document: Document;
  /** All there is to read, where the card holds only its beginning. */
  readonly file?: TextFile;
}

/** In characters: together they leave room in a message of 4096. */
const TITLE_LENGTH = 300;
const CONTEXT_LENGTH = 200;
const REASON_LENGTH = 300;
const NAME_LENGTH = 64;
const OPTIONS_LENGTH = 1_000;
/** Of the name or description of one. */
const OPTION_LENGTH = 400;
const BODY_LENGTH = 1_700;
/** What is longer, in characters or lines, is folded. */
const UNFOLDED = { characters: 400, lines: 8 };

/** The message of a question: what is asked and where, all that there is to read, and how to answer or who did. */
export function renderCard({ stored, engine, context }: CardView): Card {
  const { question } = stored;
  const title = titleOf(question);
  const facts: Inline[][] = [[text(`${engine} asks: `), code(title)]];
  if ("cwd" in question && question.cwd && !title.includes(question.cwd)) {
    facts.push([text("in "), code(short(question.cwd, TITLE_LENGTH))]);
  }
  if (context !== undefined) facts.push([code(short(context, CONTEXT_LENGTH))]);
  if ("reason" in question && question.reason) facts.push([text(`Why: ${short(question.reason, REASON_LENGTH)}`)]);
  const body = bodyOf(question, title);
  const options = optionsOf(question);
  const isCut = body.length > BODY_LENGTH || options.isCut;
  const document: Document = {
    head: [lines(facts)],
    body: [...toFold(shorten(body, BODY_LENGTH)), ...options.shown],
    foot: [...(isCut ? [plain("This is cut: the file below has it all.")] : []), ...endOf(stored)],
  };
  if (!isCut) return { document };
  const whole = [body, options.text].filter((part) => part !== "").join("\n\n");
  return { document, file: { name: FILES[question.kind], text: whole } };
}

/** Why a question takes no answer any more; undefined where it does. */
export function closedText({ state, decidedBy, userName }: StoredQuestion): string | undefined {
  if (state === "open") return undefined;
  if (state === "withdrawn") return "This is not asked any more.";
  if (decidedBy === "user") return `Already answered by ${short(userName ?? "somebody", NAME_LENGTH)}.`;
  if (decidedBy === "policy") return "Already answered by the rules in the config.";
  return decidedBy === "time" ? "Expired: nobody answered in time." : "Expired: takopi was restarted.";
}

/** The short message that brings an open card back to mind. */
export const renderReminder = ({ question }: StoredQuestion): Document => ({
  body: [paragraph(text("Still waiting for an answer: "), code(titleOf(question)))],
});

const FILES: Readonly<Record<Question["kind"], string>> = {
  ...{ command: "command.sh", file_change: "change.diff", permission: "request.txt" },
  ...{ choice: "question.md", text: "question.md" },
};

/** What the title does not say already. */
function bodyOf(question: Question, title: string): string {
  const body = visibleBlock((question.body ?? ("command" in question ? question.command : undefined) ?? "").trim());
  return title.includes(body) ? "" : body;
}

function toFold(body: string): Block[] {
  const isShort = body.length <= UNFOLDED.characters && body.split("\n").length <= UNFOLDED.lines;
  return body === "" ? [] : [{ type: "pre", text: body, ...(isShort ? {} : { isFolded: true }) }];
}

interface Options {
  readonly shown: readonly Block[];
  /** All of them. */
  readonly text: string;
  readonly isCut: boolean;
}

const NO_OPTIONS: Options = { shown: [], text: "", isCut: false };

const lengthOf = (pieces: readonly Inline[][]) => pieces.reduce((sum, piece) => sum + textOf(piece).length + 1, 0);

const lineOf = (label: string, description: string): Inline[] => [
  { type: "bold", children: [text(visibleLine(label))] },
  text(description === "" ? "" : `: ${visibleLine(description)}`),
];

/** Options that say more than their buttons do, or have none. */
function optionsOf(question: Question): Options {
  if (question.kind === "text" && question.draft) {
    const { draft } = question;
    const isCut = draft.length > OPTIONS_LENGTH;
    return {
      shown: [plain("To begin from:"), { type: "pre", text: shorten(visibleBlock(draft), OPTIONS_LENGTH) }],
      text: draft,
      isCut,
    };
  }
  if (question.kind !== "choice") return NO_OPTIONS;
  const { options } = question;
  const needsWords = options.some(({ label, description }) => description || label.length > LABEL_LENGTH);
  if (!needsWords && options.length <= MAX_OPTIONS) return NO_OPTIONS;
  const all = options.map(({ label, description = "" }) => lineOf(label, description));
  const short = options.map(({ label, description = "" }) =>
    lineOf(shorten(label, OPTION_LENGTH), shorten(description, OPTION_LENGTH)),
  );
  const shown = short.filter((_, index) => lengthOf(short.slice(0, index + 1)) <= OPTIONS_LENGTH);
  const whole = all.map(textOf).join("\n");
  const isCut = whole !== shown.map(textOf).join("\n");
  return { shown: [lines(isCut ? [...shown, [text("…")]] : shown)], text: whole, isCut };
}

function endOf(stored: StoredQuestion): Block[] {
  const { problem } = stored;
  const isFinal = stored.state !== "open";
  const failure = problem === null ? [] : [plain(`✗ ${short(problem, REASON_LENGTH)}${isFinal ? "" : " Try again."}`)];
  return [...failure, plain(isFinal ? resultOf(stored) : hintOf(stored.question))];
}

function hintOf(question: Question): string {
  switch (question.kind) {
    case "text":
      return question.isSecret
        ? "Reply to this message with the answer. It is not kept here; delete your message afterwards."
        : "Reply to this message with the answer.";
    case "choice": {
      const how = question.isMultiple ? "Press all that apply, then Done" : "Press one";
      return question.isOpen ? `${how}, or reply to this message with an answer of your own.` : `${how}.`;
    }
    default:
      return "Reply to this message to deny it with a reason.";
  }
}

function resultOf(stored: StoredQuestion): string {
  const { state, decidedBy, userName, closedAt } = stored;
  if (state === "withdrawn") return "No longer asked.";
  if (state === "expired" && decidedBy === null) return "Expired: takopi was restarted.";
  const verdict = verdictOf(stored);
  if (decidedBy === "time") return `✗ ${verdict}: nobody answered in time (limits.approval_minutes).`;
  const said = stored.reason ?? stored.answer;
  const who = decidedBy === "policy" ? "the rules in the config" : short(userName ?? "somebody", NAME_LENGTH);
  const glyph = stored.reply === "deny" || stored.reply === "dismiss" ? "✗" : "✓";
  return `${glyph} ${verdict} by ${who} · ${timeOf(closedAt)}${said === null ? "" : `\n${short(said, REASON_LENGTH)}`}`;
}

function verdictOf({ reply, scope }: StoredQuestion): string {
  if (reply === "allow") return scope === "session" ? "Allowed for the session" : "Allowed";
  if (reply === "deny") return "Denied";
  return reply === "dismiss" ? "Dismissed" : "Answered";
}

const timeOf = (at: number | null): string =>
  new Date(at ?? 0).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

const titleOf = ({ title }: Question): string => short(title, TITLE_LENGTH);

/** What an engine says, or a person is called: it can neither hide anything nor begin a line. */
const short = (value: string, limit: number): string => shorten(visibleLine(value), limit);
