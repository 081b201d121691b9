import { z } from "zod";
import { beginningOf } from "../../src/domain/cut.ts";
import type { Action, ActionEvent, FileChange } from "../../src/domain/events.ts";
import { describeTool, detailOf, previewEnd, type ToolDescription } from "../../src/engine/tools.ts";
import type { ToolPart } from "./schema.ts";
import { ENGINE } from "./state.ts";

/** In characters; see `ActionDetail`. */
const ERROR_LENGTH = 500;

const dialect = { pathArguments: ["filePath", "file_path", "path"], hasSubagents: true };

export const hasEnded = ({ state }: ToolPart): boolean => !["pending", "running"].includes(state.status);

/** A tool that has ended, as one finished step. */
export function toAction(part: ToolPart): ActionEvent {
  const { state } = part;
  const exit = state.metadata?.["exit"];
  const exitCode = typeof exit === "number" ? exit : undefined;
  const error = errorOf(part);
  const { kind, title, changes } = describe(part);
  const output = kind === "note" ? undefined : previewEnd(state.output ?? "");
  const detail = detailOf({ exitCode, changes, output, error: error && beginningOf(error, ERROR_LENGTH) });
  const action: Action = { id: part.callID ?? part.id, kind, title, detail };
  const ok = error === undefined && (exitCode ?? 0) === 0;
  return { type: "action", engine: ENGINE, phase: "completed", action, ok };
}

/** A tool at work, with the end of what it has printed so far. */
export function toProgress(part: ToolPart, phase: "started" | "updated"): ActionEvent {
  const { kind, title, changes } = describe(part);
  const printed = part.state.metadata?.["output"];
  const output = typeof printed === "string" ? previewEnd(printed) : undefined;
  const action: Action = { id: part.callID ?? part.id, kind, title, detail: detailOf({ changes, output }) };
  return { type: "action", engine: ENGINE, phase, action };
}

function describe(part: ToolPart): ToolDescription {
  const { tool, state } = part;
  if (tool === "invalid") return { kind: "tool", title: text(state.input["tool"]) ?? tool };
  if (tool === "apply_patch") return describePatch(part);
  if (tool === "todowrite") return { kind: "note", title: describeTodos(state.input["todos"]) };
  const described = describeTool({ name: tool, args: state.input }, dialect);
  if (tool === "write" && state.metadata?.["exists"] === false) return { ...described, ...asAdded(described) };
  const own = state.title?.trim();
  return described.title === tool && own ? { ...described, title: beginningOf(own, 1000) } : described;
}

const asAdded = ({ changes }: ToolDescription): Pick<ToolDescription, "changes"> =>
  changes ? { changes: changes.map(({ path }) => ({ path, verb: "add" })) } : {};

/** Why the tool failed; undefined if it worked, or if the exit code says it all. */
function errorOf({ tool, state }: ToolPart): string | undefined {
  if (state.status === "error") return state.error || "failed";
  if (tool === "invalid") return text(state.input["error"]) ?? "There is no such tool.";
  // A command without an exit code was ended by opencode, which says why at the end of the output.
  if (state.metadata?.["exit"] === null) {
    return /<shell_metadata>\s*(.*?)\s*<\/shell_metadata>/su.exec(state.output ?? "")?.[1] || "The command was ended.";
  }
  return undefined;
}

const verbs: Record<string, FileChange["verb"]> = { Add: "add", Update: "update", Delete: "delete" };

/** The files that a patch names in its `*** Update File: path` lines. */
function describePatch({ tool, state }: ToolPart): ToolDescription {
  const headers = (text(state.input["patchText"]) ?? "").matchAll(/^\*\*\* (Add|Update|Delete) File: (.+)$/gmu);
  const changes = [...headers].map(([, verb = "", path = ""]) => ({ path, verb: verbs[verb] ?? "update" }));
  if (changes.length === 0) return { kind: "file_change", title: tool };
  const title = changes.map(({ path }) => path).join(", ");
  return { kind: "file_change", title: beginningOf(title, 1000), changes };
}

const Todos = z.array(z.object({ content: z.string(), status: z.string() }));

/** `todo 1/3: Write the test`: how many are done, and what comes next. */
function describeTodos(value: unknown): string {
  const todos = Todos.safeParse(value).data ?? [];
  if (todos.length === 0) return "update todos";
  const done = todos.filter(({ status }) => status === "completed" || status === "cancelled").length;
  const next = todos.find(({ status }) => status === "in_progress") ?? todos.find(({ status }) => status === "pending");
  return `todo ${done}/${todos.length}: ${next ? beginningOf(next.content, 200) : "done"}`;
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
