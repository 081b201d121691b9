import { shorten } from "../domain/cut.ts";
import type { Question } from "../domain/question.ts";
import { visibleBlock, visibleLine } from "../domain/visible.ts";
import { LABEL_LENGTH, MAX_OPTIONS } from "./card-buttons.ts";
import { type Block, type Inline, lines, plain, text, textOf } from "./markdown/tree.ts";

export interface CardOptions {
  readonly shown: readonly Block[];
  /** All of them. */
  readonly text: string;
  readonly isCut: boolean;
}

/** In characters. */
const OPTIONS_LENGTH = 1_000;
/** The limit of one name or description. */
const OPTION_LENGTH = 400;
const NO_OPTIONS: CardOptions = { shown: [], text: "", isCut: false };

/** Options that say more than their buttons do, or have none; of a free text, what the answer may begin from. */
export function optionsOf(question: Question): CardOptions {
  if (question.kind === "text" && question.draft) {
    const { draft } = question;
    const isCut = draft.length > OPTIONS_LENGTH;
    const block: Block = { type: "pre", text: shorten(visibleBlock(draft), OPTIONS_LENGTH) };
    return { shown: [plain("To begin from:"), block], text: draft, isCut };
  }
  if (question.kind !== "choice") return NO_OPTIONS;
  const { options } = question;
  const needsWords = options.some(({ label, description }) => description || label.length > LABEL_LENGTH);
  if (!needsWords && options.length <= MAX_OPTIONS) return NO_OPTIONS;
  const all = options.map(({ label, description = "" }, index) => lineOf(index, label, description));
  const short = options.map(({ label, description = "" }, index) =>
    lineOf(index, shorten(label, OPTION_LENGTH), shorten(description, OPTION_LENGTH)),
  );
  const shown = short.filter((_, index) => lengthOf(short.slice(0, index + 1)) <= OPTIONS_LENGTH);
  const whole = all.map(textOf).join("\n");
  const isCut = whole !== shown.map(textOf).join("\n");
  return { shown: [lines(isCut ? [...shown, [text("…")]] : shown)], text: whole, isCut };
}

const lengthOf = (pieces: readonly Inline[][]) => pieces.reduce((sum, piece) => sum + textOf(piece).length + 1, 0);

const lineOf = (index: number, label: string, description: string): Inline[] => [
  text(`${index + 1}. `),
  { type: "bold", children: [text(visibleLine(label))] },
  text(description === "" ? "" : `: ${visibleLine(description)}`),
];
