import { shorten } from "../domain/cut.ts";
import type { Question } from "../domain/question.ts";
import { relativePath } from "../domain/relative.ts";
import { visibleBlock, visibleLine } from "../domain/visible.ts";
import type { StoredQuestion } from "../store/questions.ts";
import { endOf } from "./card-end.ts";
import { optionsOf } from "./card-options.ts";
import type { Document, TextFile } from "./document.ts";
import { type Block, code, type Inline, lines, paragraph, plain, text } from "./markdown/tree.ts";

export interface CardView {
  readonly stored: StoredQuestion;
  readonly engine: string;
  /** Project and branch, `webshop @feat/x`; undefined outside projects. */
  readonly project: string | undefined;
  /** The run's directory. */
  readonly cwd: string | undefined;
}

interface Card {
  readonly document: Document;
  /** All there is to read, if the card holds only its beginning. */
  readonly file?: TextFile;
}

/** In characters: together they leave room in a message of 4096. */
const TITLE_LENGTH = 300;
const PLACE_LENGTH = 200;
const REASON_LENGTH = 300;
const BODY_LENGTH = 1_700;
/** Longer text, in characters or lines, is folded. */
const UNFOLDED = { characters: 400, lines: 8 };

/**
 * The message of a question: the engine's request with everything to read, the place, the reason, and how to answer or
 * who answered.
 */
export function renderCard(view: CardView): Card {
  const { question } = view.stored;
  const body = bodyOf(question);
  const options = optionsOf(question);
  const isCut = body.length > BODY_LENGTH || options.isCut;
  const document: Document = {
    head: [headOf(question, view.engine)],
    body: [...toFold(shorten(body, BODY_LENGTH)), ...options.shown],
    foot: [
      ...factsOf(view),
      ...(isCut ? [plain("This is cut: the file below has it all.")] : []),
      ...endOf(view.stored),
    ],
  };
  if (!isCut) return { document };
  const whole = [body, options.text].filter((part) => part !== "").join("\n\n");
  return { document, file: { name: FILES[question.kind], text: whole } };
}

/** The short message that brings an open card back to mind. */
export const renderReminder = ({ question }: StoredQuestion): Document => ({
  body: [paragraph(text("Still waiting for an answer: "), code(titleOf(question)))],
});

/** A question that was asked before a restart is asked again on the card that it had. */
export const renderAskedAgain = ({ question }: StoredQuestion): Document => ({
  body: [paragraph(text("Asked again: "), code(titleOf(question)))],
});

/** A reply that denies something goes to this. */
export const renderWhyNot = (engine: string): Document => ({
  body: [plain(`Why not? Reply to this message: ${engine} is told what you write.`)],
});

const FILES: Readonly<Record<Question["kind"], string>> = {
  ...{ command: "command.sh", file_change: "change.diff", permission: "request.txt" },
  ...{ choice: "question.md", text: "question.md" },
};

const WANTS = { command: "wants to run", file_change: "wants to change files", permission: "asks for permission" };

/** The engine and its request; a command speaks for itself. */
function headOf(question: Question, engine: string): Block {
  if (question.kind === "choice" || question.kind === "text") {
    const title: Inline = { type: "bold", children: [text(titleOf(question))] };
    return paragraph(text(`${engine} asks: `), title);
  }
  const wants = text(`${engine} ${WANTS[question.kind]}`);
  return question.kind === "command" ? paragraph(wants) : lines([[wants], [code(titleOf(question))]]);
}

/** All there is to read, beyond the title. */
function bodyOf(question: Question): string {
  if (question.kind === "command") return visibleBlock((question.body || question.command || question.title).trim());
  const body = visibleBlock((question.body ?? "").trim());
  return visibleLine(question.title).includes(body) ? "" : body;
}

function toFold(body: string): Block[] {
  const isShort = body.length <= UNFOLDED.characters && body.split("\n").length <= UNFOLDED.lines;
  return body === "" ? [] : [{ type: "pre", text: body, ...(isShort ? {} : { isFolded: true }) }];
}

/** The place and the reason. */
function factsOf(view: CardView): Block[] {
  const { question } = view.stored;
  const place = placeOf(view);
  const facts = [
    ...(place ? [place] : []),
    ...("reason" in question && question.reason ? [[text(`Why: ${short(question.reason, REASON_LENGTH)}`)]] : []),
  ];
  return facts.length > 0 ? [lines(facts)] : [];
}

/** ``in `webshop` ``, ``in `src` of `webshop` ``, or the whole directory if it is not the project's. */
function placeOf({ stored: { question }, project, cwd }: CardView): Inline[] | undefined {
  const wanted = "cwd" in question ? question.cwd : undefined;
  const own = ("place" in question ? question.place?.directory : undefined) ?? cwd;
  if (wanted === undefined) return project === undefined ? undefined : [text("in "), placeCode(project)];
  const below = relativePath(wanted, wanted === cwd ? cwd : own);
  if (project === undefined || below === wanted) {
    const outside = project === undefined || own === undefined ? [] : [text(", outside "), placeCode(project)];
    return [text("in "), placeCode(wanted), ...outside];
  }
  return below === "."
    ? [text("in "), placeCode(project)]
    : [text("in "), placeCode(below), text(" of "), placeCode(project)];
}

const placeCode = (place: string): Inline => code(short(place, PLACE_LENGTH));

const titleOf = ({ title }: Question): string => short(title, TITLE_LENGTH);

/** Words of an engine: these can neither hide anything nor begin a line. */
const short = (value: string, limit: number): string => shorten(visibleLine(value), limit);
