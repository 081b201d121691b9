import { assertNever } from "../domain/events.ts";
import type { ShownAction } from "../domain/progress.ts";
import { relativeCommand, relativePath } from "../domain/relative.ts";
import { RichString } from "./rich-string.ts";

const GLYPHS = { started: "▸", updated: "↻", done: "✓", failed: "✗" };
const MAX_TITLE_LENGTH = 300;
const SHOWN_CHANGES = 3;

/** One line of the progress message: glyph, title in the form of its kind, exit code of a failure. */
export function actionLine({ action, state }: ShownAction, cwd: string | undefined): RichString {
  const line = new RichString().add(`${GLYPHS[state]} `);
  addTitle(line, action, cwd);
  const { exitCode } = action.detail;
  if (state === "failed" && exitCode !== undefined && exitCode !== 0) line.add(` (exit ${exitCode})`);
  return line;
}

function addTitle(line: RichString, action: ShownAction["action"], cwd: string | undefined): void {
  const { kind, title } = action;
  switch (kind) {
    case "command":
      line.code(shorten(relativeCommand(title, cwd)));
      break;
    case "file_change":
      addChanges(line, action, cwd);
      break;
    case "tool":
      addWithCode(line, `tool: ${shorten(relativeCommand(title, cwd))}`);
      break;
    case "web_search":
      line.add(`searched: ${shorten(title)}`);
      break;
    case "subagent":
      line.add(`subagent: ${shorten(title)}`);
      break;
    case "note":
    case "warning":
    case "telemetry":
    case "turn":
      line.add(shorten(title));
      break;
    default:
      assertNever(kind);
  }
}

function addChanges(line: RichString, { title, detail }: ShownAction["action"], cwd: string | undefined): void {
  line.add("files: ");
  const { changes = [] } = detail;
  if (changes.length === 0) {
    const path = relativePath(title, cwd);
    if (path.includes("/") || path !== title) line.code(shorten(path));
    else line.add(shorten(path));
    return;
  }
  for (const [index, { verb, path }] of changes.slice(0, SHOWN_CHANGES).entries()) {
    line.add(`${index > 0 ? ", " : ""}${verb} `).code(shorten(relativePath(path, cwd)));
  }
  if (changes.length > SHOWN_CHANGES) line.add(`, …(${changes.length - SHOWN_CHANGES} more)`);
}

/** Tool titles carry paths in backticks: these become code, whatever else is in them stays text. */
function addWithCode(line: RichString, title: string): void {
  for (const [index, piece] of title.split("`").entries()) {
    if (index % 2 === 1) line.code(piece);
    else line.add(piece);
  }
}

/** One line of at most 300 characters, cut at a word. */
export function shorten(title: string): string {
  const line = title.replace(/\s+/g, " ").trim();
  if (line.length <= MAX_TITLE_LENGTH) return line;
  const cut = line.slice(0, MAX_TITLE_LENGTH - 1).replace(/[\ud800-\udbff]$/, "");
  const word = cut.lastIndexOf(" ");
  return `${word > MAX_TITLE_LENGTH / 2 ? cut.slice(0, word) : cut}…`;
}
