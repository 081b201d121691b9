import { oneLine, shortenLine, shortenStart } from "../domain/cut.ts";
import { assertNever } from "../domain/events.ts";
import type { ShownAction } from "../domain/progress.ts";
import { relativeCommand, relativePath } from "../domain/relative.ts";
import { visibleLine } from "../domain/visible.ts";
import { code, type Inline, text } from "./markdown/tree.ts";

const GLYPHS = { started: "▸", updated: "↻", done: "✓", failed: "✗" };
const MAX_TITLE_LENGTH = 300;
const MAX_PATH_LENGTH = 120;
const SHOWN_CHANGES = 3;
/** The length of a step's own words. */
const MAX_LINE_LENGTH = 160;
const SHOWN_LINES = 4;

/**
 * A step of the progress message: glyph, title in the form of its kind, and of a failure the exit code and, on a line of
 * its own, the last that it said.
 */
export function actionLines({ action, state }: ShownAction, cwd: string | undefined): (readonly Inline[])[] {
  const { exitCode, error, output } = action.detail;
  const isExit = state === "failed" && exitCode !== undefined && exitCode !== 0;
  const head = [text(`${GLYPHS[state]} `), ...titleOf(action, cwd), ...(isExit ? [text(` (exit ${exitCode})`)] : [])];
  const [last] = state === "failed" ? lastLines(error ?? output ?? "", 1) : [];
  return last === undefined ? [head] : [head, [text("   "), code(last)]];
}

/** The last lines of the newest step that still runs; undefined if none of them has said anything. */
export function runningOutput(shown: readonly ShownAction[]): string | undefined {
  const running = shown.findLast(({ state, action }) => state !== "done" && state !== "failed" && action.detail.output);
  return lastLines(running?.action.detail.output ?? "", SHOWN_LINES).join("\n") || undefined;
}

/** pi's addition only repeats the exit code. */
const lastLines = (output: string, count: number): readonly string[] =>
  output
    .split("\n")
    .map((line) => shortenLine(visibleLine(line), MAX_LINE_LENGTH))
    .filter((line) => line !== "" && !/^Command exited with code \d+$/.test(line))
    .slice(-count);

function titleOf(action: ShownAction["action"], cwd: string | undefined): readonly Inline[] {
  const { kind, title } = action;
  switch (kind) {
    case "command":
      return [code(shorten(relativeCommand(title, cwd)))];
    case "file_change":
      return [text("files: "), ...changesOf(action, cwd)];
    case "tool":
      return withCode(`tool: ${shorten(relativeCommand(title, cwd))}`);
    case "web_search":
      return [text(`searched: ${shorten(title)}`)];
    case "subagent":
      return [text(`subagent: ${shorten(title)}`)];
    case "note":
    case "warning":
    case "telemetry":
    case "turn":
      return withCode(shorten(title));
    default:
      return assertNever(kind);
  }
}

function changesOf({ title, detail }: ShownAction["action"], cwd: string | undefined): readonly Inline[] {
  const { changes = [] } = detail;
  if (changes.length === 0) {
    const path = relativePath(title, cwd);
    return [path !== title || path.includes("/") ? code(shorten(path)) : text(shorten(path))];
  }
  const shown = changes
    .slice(0, SHOWN_CHANGES)
    .flatMap(({ verb, path }, index) => [
      text(`${index > 0 ? ", " : ""}${verb} `),
      code(shortenPath(relativePath(path, cwd))),
    ]);
  const more = changes.length - SHOWN_CHANGES;
  return more > 0 ? [...shown, text(`, …(${more} more)`)] : shown;
}

/** Titles carry paths in backticks: these become code, whatever else is in them stays text. */
function withCode(title: string): readonly Inline[] {
  return title.split(/`([^`]+)`/).map((piece, index) => (index % 2 === 1 ? code(piece) : text(piece)));
}

const shorten = (title: string): string => shortenLine(visibleLine(oneLine(title)), MAX_TITLE_LENGTH);
const shortenPath = (path: string): string => shortenStart(visibleLine(oneLine(path)), MAX_PATH_LENGTH);
