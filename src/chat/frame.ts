import { shorten } from "../domain/cut.ts";
import { formatElapsed } from "../domain/elapsed.ts";
import { visibleLine } from "../domain/visible.ts";
import { type Block, code, type Inline, lines, paragraph, text } from "./markdown/tree.ts";

/** The facts about a run that each of its messages shows. */
export interface Frame {
  /** `working`, `done`, `cancelled` and so on. */
  readonly label: string;
  readonly engine: string;
  readonly elapsedMs: number;
  readonly steps: number;
  /** How far it is with its goal, instead of time and steps: `turn 3 · 41k of 200k tokens`. */
  readonly goal?: string | undefined;
  /** The cause of the run, if no message began it: `schedule nightly`. */
  readonly cause?: string | undefined;
  /** How many steps a person, the rules or the time denied. */
  readonly denied?: number | undefined;
  /** `12k tokens · $0.04` */
  readonly usage?: string | undefined;
  /** `ctx: web @feat/x` */
  readonly context?: string | undefined;
  readonly resumeLine?: string | undefined;
  /** The engine did not keep the session. */
  readonly isUnkept?: boolean | undefined;
}

/** In characters. Paths and branches are shorter; this only keeps the frame from filling the message. */
const LINE_LENGTH = 800;

/** `working · codex · 1m 05s · step 3`; the label of a cancelled run is in code. */
export function headerOf({ label, engine, elapsedMs, steps, goal }: Frame, more?: string): Block {
  const spent = goal === undefined ? [formatElapsed(elapsedMs), ...(steps > 0 ? [`step ${steps}`] : [])] : [goal];
  const facts = [engine, ...spent, ...(more ? [more] : [])];
  return paragraph(label === "cancelled" ? code(label) : text(label), text(` · ${facts.join(" · ")}`));
}

/** Denials, the cause and the usage, then context and resume line in code, each on its own line. */
export function footerOf(frame: Frame): readonly Block[] {
  const shown = footerLines(frame);
  return shown.length === 0 ? [] : [lines(shown.map((line) => [line]))];
}

/** The lines of the footer one by one. */
export function footerLines({ denied = 0, cause, usage, context, resumeLine, isUnkept }: Frame): readonly Inline[] {
  const inCode = [context, resumeLine].flatMap((line) =>
    line === undefined ? [] : [code(shorten(visibleLine(line), LINE_LENGTH))],
  );
  const unkept = isUnkept ? "not kept: a reply begins a new session" : undefined;
  const inWords = [denied > 0 ? deniedLine(denied) : undefined, cause, usage, unkept].flatMap((line) =>
    line === undefined ? [] : [text(visibleLine(line))],
  );
  return [...inWords, ...inCode];
}

const deniedLine = (count: number) => (count === 1 ? "1 step was denied." : `${count} steps were denied.`);
