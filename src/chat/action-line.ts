import { oneLine, shortenLine, shortenStart } from "../domain/cut.ts";
import { assertNever } from "../domain/events.ts";
import type { ShownAction } from "../domain/progress.ts";
import { relativeCommand, relativePath } from "../domain/relative.ts";
import { code, type Inline, text } from "./markdown/tree.ts";

const GLYPHS = { started: "▸", updated: "↻", done: "✓", failed: "✗" };
const MAX_TITLE_LENGTH = 300;
const MAX_PATH_LENGTH = 120;
const SHOWN_CHANGES = 3;

/** One line of the progress message: glyph, title in the form of its kind, exit code of a failure. */
export function actionLine({ action, state }: ShownAction, cwd: string | undefined): readonly Inline[] {
  const { exitCode } = action.detail;
  const isExit = state === "failed" && exitCode !== undefined && exitCode !== 0;
  return [text(`${GLYPHS[state]} `), ...titleOf(action, cwd), ...(isExit ? [text(` (exit ${exitCode})`)] : [])];
}

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

const shorten = (title: string): string => shortenLine(title, MAX_TITLE_LENGTH);
const shortenPath = (path: string): string => shortenStart(oneLine(path), MAX_PATH_LENGTH);
