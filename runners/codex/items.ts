import { beginningOf } from "../../src/domain/cut.ts";
import type { Action, ActionDetail, ActionEvent, FileChange } from "../../src/domain/events.ts";
import { relativePath } from "../../src/domain/relative.ts";
import { detailOf, previewEnd } from "../../src/engine/tools.ts";
import type { CodexItem } from "./schema.ts";
import { unwrapShell } from "./shell-command.ts";

/** A message shows 300 characters of a title; the rest only takes room. */
const TITLE_LENGTH = 1000;

/** An item that is shown as a step of the work: all but what the agent says. */
export type WorkItem = Exclude<CodexItem, { type: "agent_message" }>;

/** The step of an item; undefined for items that are not shown. Titles have paths without `cwd`. */
export function toStep(item: WorkItem, phase: ActionEvent["phase"], cwd: string | undefined): ActionEvent | undefined {
  const found = describe(item, cwd);
  if (found === undefined) return undefined;
  const action = toAction(item.id, found.kind, found.title, found.detail);
  const told = phase === "completed" ? ended(action, found.ok) : step(action, phase);
  return found.kind === "warning" ? { ...told, level: "warning" } : told;
}

export const step = (action: Action, phase: ActionEvent["phase"]): ActionEvent => ({
  ...{ type: "action", engine: "codex", phase, action },
});

export const ended = (action: Action, ok: boolean): ActionEvent => ({
  ...{ type: "action", engine: "codex", phase: "completed", action, ok },
});

/** An action with its title cut to a bounded length. */
export function toAction(id: string, kind: Action["kind"], title: string, detail: ActionDetail = {}): Action {
  return { id, kind, title: beginningOf(title, TITLE_LENGTH), detail };
}

interface Step {
  readonly kind: Action["kind"];
  readonly title: string;
  readonly ok: boolean;
  readonly detail?: ActionDetail;
}

function describe(item: WorkItem, cwd: string | undefined): Step | undefined {
  switch (item.type) {
    case "command_execution":
      return describeCommand(item, cwd);
    case "file_change":
      return describeChange(item, cwd);
    case "mcp_tool_call":
      return describeToolCall(item);
    case "web_search":
      return { kind: "web_search", title: item.action?.url || item.query || "the web", ok: true };
    case "image_generation":
      return { kind: "tool", title: `image: ${item.saved_path ?? "not saved"}`, ok: item.status !== "failed" };
    case "reasoning":
      return { kind: "note", title: headline(item.text), ok: true };
    case "todo_list":
      return { kind: "note", title: todoTitle(item.items), ok: true };
    case "error":
      return { kind: "warning", title: item.message, ok: false };
    case "collab_tool_call":
      return { kind: "subagent", title: describeCollaboration(item), ok: item.status === "completed" };
  }
}

/** Sub-agents are started, written to and waited for by tools of their own. */
function describeCollaboration({ tool, prompt }: WorkItem & { type: "collab_tool_call" }): string {
  if (tool.startsWith("wait")) return "waiting for sub-agents";
  const what = tool.replaceAll("_", " ") || "sub-agent";
  return prompt ? `${what}: ${prompt}` : what;
}

function describeCommand(item: WorkItem & { type: "command_execution" }, cwd: string | undefined): Step {
  const command = unwrapShell(item.command);
  const output = previewEnd(item.aggregated_output ?? "");
  const exitCode = item.exit_code ?? undefined;
  return {
    kind: "command",
    title: cwd === undefined ? command : command.replaceAll(`${cwd}/`, ""),
    ok: item.status === "completed" && (exitCode ?? 0) === 0,
    detail: detailOf({ exitCode, output }),
  };
}

function describeChange(item: WorkItem & { type: "file_change" }, cwd: string | undefined): Step {
  const changes = item.changes.map(({ path, kind }): FileChange => ({ path, verb: toVerb(kind) }));
  const title = changes.map(({ path }) => relativePath(path, cwd)).join(", ");
  return { kind: "file_change", title: title || "files", ok: item.status === "completed", detail: { changes } };
}

const toVerb = (kind: string): FileChange["verb"] => (kind === "add" || kind === "delete" ? kind : "update");

function describeToolCall(item: WorkItem & { type: "mcp_tool_call" }): Step {
  const ok = item.status === "completed" && !item.error;
  const said = previewEnd((item.result?.content ?? []).flatMap(({ text }) => text ?? []).join("\n"));
  const error = previewEnd(item.error?.message ?? "") ?? said;
  const detail = detailOf(ok ? { output: said } : { error });
  return { kind: "tool", title: `${item.server}.${item.tool}`, ok, detail };
}

/** A summary of the model's thoughts opens with its subject in bold; that line says enough. */
function headline(text: string): string {
  return /^\s*\*\*(.+?)\*\*/.exec(text)?.[1] ?? text.trim();
}

function todoTitle(items: readonly { readonly text: string; readonly completed: boolean }[]): string {
  if (items.length === 0) return "todo";
  const next = items.find(({ completed }) => !completed);
  const done = items.filter(({ completed }) => completed).length;
  return `todo ${done}/${items.length}: ${next?.text ?? "done"}`;
}
