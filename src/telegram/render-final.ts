import type { TextFile } from "../chat/document.ts";
import { footerLines, footerOf, headerOf } from "../chat/frame.ts";
import { loadMarkdown, type ParseMarkdown } from "../chat/markdown/load.ts";
import { type Block, type Inline, paragraph, plain, text } from "../chat/markdown/tree.ts";
import type { OutcomeView } from "../chat/outcome.ts";
import { wholeBefore } from "../domain/cut.ts";
import { machineTime, momentUrl } from "../domain/moment.ts";
import { assemble, roomBetween } from "./assemble.ts";
import type { Content, RichContent } from "./content.ts";
import { emitRich, toRichText } from "./markdown/emit-rich.ts";
import { emitText } from "./markdown/emit-text.ts";
import { fitsEntities } from "./markdown/entity-limit.ts";
import { type Formatted, stack } from "./markdown/formatted.ts";
import { fitsRich, needsRich, sizeOf } from "./markdown/rich-size.ts";
import { split, trimTo } from "./markdown/split.ts";

/**
 * `auto`: rich if the answer needs it or is too much for one classic message. `plain` has no entities: for servers
 * that refuse some. What does not fit one rich message is classic in every mode.
 */
export type MessageMode = "auto" | "rich" | "classic" | "plain";

interface Rendered {
  readonly parts: readonly Content[];
  /** The whole answer, if the parts hold only its beginning. */
  readonly file?: TextFile;
}

/** Past so many messages an answer is a file. */
const MAX_PARTS = 5;
/** In characters. A longer answer fits no messages, and only its beginning is read. */
const LONGEST_ANSWER = 50_000;
const BEGINNING = 12_000;
/** For an error below an answer that is cut, in UTF-16 units. */
const ERROR_ROOM = 1200;

/** The messages that end a run: one, or several to be sent in this order. */
export async function renderFinal(view: OutcomeView, mode: MessageMode): Promise<Rendered> {
  const said = readView(view, await loadMarkdown());
  const isRich = mode === "rich" || (mode === "auto" && (needsRich(said.answer) || isMuch(view, said)));
  const rich = isRich && said.isWhole ? toRich(view, [...said.answer, ...said.error]) : undefined;
  return rich ? { parts: [rich] } : toClassic(view, said, mode);
}

/** The parsed content of the message. */
interface Said {
  readonly answer: readonly Block[];
  readonly error: readonly Block[];
  /** False if the answer is only read as far as a message can show it. */
  readonly isWhole: boolean;
}

/** An error that only repeats the answer is shown once. */
function readView({ answer, error = "", continuation }: OutcomeView, parseMarkdown: ParseMarkdown): Said {
  const isWhole = answer.length <= LONGEST_ANSWER;
  const isRepeated = answer.trim() === error.trim();
  return {
    answer: isWhole
      ? parseMarkdown(answer)
      : [...parseMarkdown(answer.slice(0, wholeBefore(answer, BEGINNING))), plain("…")],
    error: [
      ...(isRepeated || error.trim() === "" ? [] : [plain(error.trim())]),
      ...(continuation ? [limitLine(continuation)] : []),
    ],
    isWhole,
  };
}

function limitLine({ at, isSettled }: NonNullable<OutcomeView["continuation"]>): Block {
  const time: Inline = { type: "link", url: momentUrl(at), children: [text(machineTime(at))] };
  return isSettled
    ? paragraph(text("The limit is reset then, and the task continues: "), time)
    : paragraph(text("The limit is reset by "), time);
}

/** Whether one classic message lacks the room for its text or for its formats. */
function isMuch(view: OutcomeView, { answer, error }: Said): boolean {
  const body = emitText([...answer, ...error]);
  const frame = emitText([headerOf(view), ...footerOf(view)]);
  const isLong = body.text.length > roomBetween([headerOf(view)], footerOf(view));
  return isLong || !fitsEntities([...body.entities, ...frame.entities]);
}

function toClassic(view: OutcomeView, { answer, error, isWhole }: Said, mode: MessageMode): Rendered {
  const options = { showsTargets: mode === "plain" };
  const answerText = emitText(answer, options);
  const errorText = emitText(error, options);
  const whole = stack([answerText, errorText]);
  if (isWhole && whole.text.length <= roomBetween([headerOf(view)], footerOf(view))) {
    return { parts: [toPart(view, whole, { index: 0, count: 1, mode })] };
  }
  const room = roomBetween([headerOf(view, continued(MAX_PARTS, MAX_PARTS))], footerOf(view));
  const pieces = isWhole && view.overflow === "split" ? split(whole, room) : [];
  if (pieces.length > 0 && pieces.length <= MAX_PARTS) {
    return { parts: pieces.map((piece, index) => toPart(view, piece, { index, count: pieces.length, mode })) };
  }
  const parts = [toPart(view, beginningOf(answerText, errorText, room), { index: 0, count: 1, mode })];
  return view.overflow === "trim" ? { parts } : { parts, file: toFile(view) };
}

function toFile({ answer, rest, error = "" }: OutcomeView): TextFile {
  const isShown = error.trim() !== "" && error.trim() !== answer.trim();
  return {
    name: "answer.md",
    text: answer,
    *rest() {
      yield* rest?.() ?? [];
      if (isShown) yield `\n\n${error}`;
    },
  };
}

function toRich(view: OutcomeView, body: readonly Block[]): RichContent | undefined {
  const header = headerOf(view);
  const lines = footerLines(view);
  if (!fitsRich(sizeOf([header, ...body, ...lines.map((line) => paragraph(line))]))) return undefined;
  const footer = lines.map((line) => ({ type: "footer" as const, text: toRichText([line]) }));
  return { kind: "rich", blocks: [...emitRich([header, ...body]), ...footer] };
}

interface Position {
  /** From 0. */
  readonly index: number;
  readonly count: number;
  readonly mode: MessageMode;
}

function toPart(view: OutcomeView, body: Formatted, { index, count, mode }: Position): Content {
  const header = headerOf(view, index === 0 ? undefined : continued(index + 1, count));
  const message = assemble([header], body, footerOf(view));
  return mode === "plain" ? { ...message, entities: [] } : message;
}

const continued = (part: number, count: number) => `continued (${part}/${count})`;

/** As much of the answer as fits, and what went wrong. */
function beginningOf(answer: Formatted, error: Formatted, room: number): Formatted {
  const below = trimTo(error, ERROR_ROOM);
  return stack([trimTo(answer, room - below.text.length - "\n\n".length), below]);
}
