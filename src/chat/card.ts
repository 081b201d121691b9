import type { Question } from "../domain/question.ts";
import type { StoredQuestion } from "../store/questions.ts";
import type { ClassicContent } from "../telegram/content.ts";
import { emitText } from "../telegram/markdown/emit-text.ts";
import { type Formatted, stack } from "../telegram/markdown/formatted.ts";
import { trimTo } from "../telegram/markdown/split.ts";
import type { TextFile } from "../telegram/post.ts";
import { LABEL_LENGTH, MAX_OPTIONS } from "./card-keyboard.ts";
import { type Block, code, type Inline, lines, paragraph, plain, text } from "./markdown/tree.ts";

export interface CardView {
  readonly stored: StoredQuestion;
  readonly engine: string;
  /** `ctx: web @feat/x` */
  readonly context: string | undefined;
}

interface Card {
  readonly content: ClassicContent;
  /** All there is to read, where the card holds only its beginning. */
  readonly file?: TextFile;
}

/** In characters: together they leave room in a message of 4096. */
const TITLE_LENGTH = 300;
const CONTEXT_LENGTH = 200;
const REASON_LENGTH = 300;
const OPTIONS_LENGTH = 1_000;
const BODY_LENGTH = 1_700;
/** What is longer, in characters or lines, is folded. */
const UNFOLDED = { characters: 400, lines: 8 };

/** The message of a question: what is asked and where, all that there is to read, and how to answer or who did. */
export function renderCard({ stored, engine, context }: CardView): Card {
  const { question } = stored;
  const title = oneLine(question.title);
  const facts: Inline[][] = [[text(`${engine} asks: `), code(title)]];
  if ("cwd" in question && question.cwd && !title.includes(question.cwd)) {
    facts.push([text("in "), code(shorten(question.cwd, TITLE_LENGTH))]);
  }
  if (context !== undefined) facts.push([code(shorten(context, CONTEXT_LENGTH))]);
  if ("reason" in question && question.reason) facts.push([text(`Why: ${shorten(question.reason, REASON_LENGTH)}`)]);
  const body = bodyOf(question, title);
  const options = emitText(optionsOf(question));
  const isCut = body.length > BODY_LENGTH || options.text.length > OPTIONS_LENGTH;
  const { text: shown, entities } = stack([
    emitText([lines(facts)]),
    toFold(shorten(body, BODY_LENGTH)),
    trimTo(options, OPTIONS_LENGTH),
    emitText([...(isCut ? [plain("This is cut: the file below has it all.")] : []), ...endOf(stored)]),
  ]);
  const content: ClassicContent = { kind: "classic", text: shown, entities: [...entities] };
  if (!isCut) return { content };
  const whole = [body, options.text].filter((part) => part !== "").join("\n\n");
  return { content, file: { name: FILES[question.kind], text: whole } };
}

/** Why a question takes no answer any more; undefined where it does. */
export function closedText({ state, decidedBy, userName }: StoredQuestion): string | undefined {
  if (state === "open") return undefined;
  if (state === "withdrawn") return "This is not asked any more.";
  if (decidedBy === "user") return `Already answered by ${userName ?? "somebody"}.`;
  if (decidedBy === "policy") return "Already answered by the rules in the config.";
  return decidedBy === "time" ? "Expired: nobody answered in time." : "Expired: takopi was restarted.";
}

/** The short message that brings an open card back to mind. */
export function renderReminder({ question }: StoredQuestion): ClassicContent {
  const { text: shown, entities } = emitText([
    paragraph(text("Still waiting for an answer: "), code(oneLine(question.title))),
  ]);
  return { kind: "classic", text: shown, entities: [...entities] };
}

const FILES: Readonly<Record<Question["kind"], string>> = {
  ...{ command: "command.sh", file_change: "change.diff", permission: "request.txt" },
  ...{ choice: "question.md", text: "question.md" },
};

/** What the title does not say already. */
function bodyOf(question: Question, title: string): string {
  const body = (question.body ?? ("command" in question ? question.command : undefined) ?? "").trim();
  return title.includes(body) ? "" : body;
}

function toFold(body: string): Formatted {
  const isShort = body.length <= UNFOLDED.characters && body.split("\n").length <= UNFOLDED.lines;
  const { text: shown, entities } = emitText(body === "" ? [] : [{ type: "pre", text: body }]);
  if (isShort || shown === "") return { text: shown, entities };
  const all = { offset: 0, length: shown.length };
  return {
    text: shown,
    entities: [
      { ...all, type: "expandable_blockquote" },
      { ...all, type: "code" },
    ],
  };
}

/** Options that say more than their buttons do, or have none. */
function optionsOf(question: Question): Block[] {
  if (question.kind === "text" && question.draft)
    return [plain("To begin from:"), { type: "pre", text: question.draft }];
  if (question.kind !== "choice") return [];
  const { options } = question;
  const needsWords = options.some(({ label, description }) => description || label.length > LABEL_LENGTH);
  if (!needsWords && options.length <= MAX_OPTIONS) return [];
  return [
    lines(
      options.map(({ label, description }) => [
        { type: "bold", children: [text(label.replace(/\s+/g, " "))] },
        text(description ? `: ${description.replace(/\s+/g, " ")}` : ""),
      ]),
    ),
  ];
}

function endOf(stored: StoredQuestion): Block[] {
  const { problem } = stored;
  const isFinal = stored.state !== "open";
  const failure =
    problem === null ? [] : [plain(`✗ ${shorten(problem, REASON_LENGTH)}${isFinal ? "" : " Try again."}`)];
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
  const who = decidedBy === "policy" ? "the rules in the config" : shorten(userName ?? "somebody", 64);
  const glyph = stored.reply === "deny" || stored.reply === "dismiss" ? "✗" : "✓";
  return `${glyph} ${verdict} by ${who} · ${timeOf(closedAt)}${said === null ? "" : `\n${shorten(said, REASON_LENGTH)}`}`;
}

function verdictOf({ reply, scope }: StoredQuestion): string {
  if (reply === "allow") return scope === "session" ? "Allowed for the session" : "Allowed";
  if (reply === "deny") return "Denied";
  return reply === "dismiss" ? "Dismissed" : "Answered";
}

const timeOf = (at: number | null): string =>
  new Date(at ?? 0).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

const oneLine = (value: string): string => shorten(value.replace(/\s+/g, " ").trim(), TITLE_LENGTH);

const shorten = (value: string, limit: number): string =>
  value.length <= limit ? value : `${value.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, "")}…`;
