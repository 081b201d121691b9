import type { Action, ActionDetail, ActionEvent, ShownEvent } from "../../src/domain/events.ts";
import { describeTool, previewEnd, type ToolDialect } from "../../src/engine/tools.ts";
import { toError, toOutcome } from "./outcome.ts";
import type { Block, ClaudeLine } from "./schema.ts";
import { type ClaudeState, ENGINE, toCompleted } from "./state.ts";
import { contextFill, toUsage } from "./usage.ts";

type Step = readonly [ClaudeState, readonly ShownEvent[]];
type Line<Type extends ClaudeLine["type"]> = Extract<ClaudeLine, { type: Type }>;
type BlockOf<Type extends Block["type"]> = Extract<Block, { type: Type }>;

/** How claude names the arguments of its tools. */
export const dialect: ToolDialect = { pathArguments: ["file_path", "path", "notebook_path"], hasSubagents: true };

/** One line of claude's stream. A run may have several turns; `idle` ends it, or the end of the stream. */
export function translate(state: ClaudeState, line: ClaudeLine): Step {
  switch (line.type) {
    case "system":
      return readSystem(state, line);
    case "assistant":
      return fold(withRead(state, line), line.message.content, (now, block) => readAssistant(now, block, line));
    case "user":
      return fold(state, line.message.content, (now, block) =>
        block.type === "tool_result" ? endTool(now, block) : [now, []],
      );
    case "result":
      return readResult(state, line);
    default:
      return [state, []];
  }
}

function fold(
  state: ClaudeState,
  blocks: readonly (Block | undefined)[],
  read: (s: ClaudeState, b: Block) => Step,
): Step {
  const events: ShownEvent[] = [];
  let now = state;
  for (const block of blocks) {
    if (block === undefined) continue;
    const [next, more] = read(now, block);
    now = next;
    events.push(...more);
  }
  return [now, events];
}

function readSystem(state: ClaudeState, line: Line<"system">): Step {
  switch (line.subtype) {
    case "init":
      return begin(state, line);
    case "api_retry":
      return note(state, toRetryTitle(line), "warning");
    case "compact_boundary":
      return note({ ...state, read: undefined, contextFill: undefined }, "compacted the conversation");
    case "task_started":
      return [startTask(state, line), []];
    case "task_notification":
      return endTask(state, line);
    case "session_state_changed":
      if (line.state !== "idle" || !state.hasResult) return [state, []];
      return [state, [toCompleted(state, toOutcome(state))]];
    default:
      return [state, []];
  }
}

/** Comes before each turn. */
function begin(state: ClaudeState, { session_id, cwd, model, permissionMode, apiKeySource }: Line<"system">): Step {
  if (session_id === undefined) return [state, []];
  const resume = { engine: ENGINE, value: session_id };
  const now = { ...state, resume, cwd: cwd ?? state.cwd };
  if (state.resume !== undefined) return [now, []];
  const known = { cwd, permissionMode, apiKeySource };
  const meta = Object.fromEntries(Object.entries(known).filter((entry): entry is [string, string] => !!entry[1]));
  return [now, [{ type: "started", engine: ENGINE, resume, title: model ?? ENGINE, meta }]];
}

function withRead(
  state: ClaudeState,
  { message: { model, usage }, parent_tool_use_id }: Line<"assistant">,
): ClaudeState {
  if (parent_tool_use_id || model === undefined || !usage) return state;
  const tokens = usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens;
  return tokens === 0 ? state : { ...state, read: { model, tokens } };
}

function readAssistant(state: ClaudeState, block: Block, line: Line<"assistant">): Step {
  const isOwn = !line.parent_tool_use_id;
  if (block.type === "tool_use") return startTool(state, block);
  if (block.type === "thinking" && isOwn && block.thinking.trim() !== "") {
    return note(state, block.thinking, "info", "thinking");
  }
  if (block.type !== "text" || !isOwn || block.text.trim() === "") return [state, []];
  return [{ ...state, draft: block.text }, []];
}

function startTool(state: ClaudeState, { id, name, input }: BlockOf<"tool_use">): Step {
  const { kind, title, changes } = describeTool({ name, args: input, cwd: state.cwd }, dialect);
  const action: Action = { id, kind, title, detail: changes ? { changes } : {} };
  const open = new Map(state.open).set(id, action);
  return [{ ...state, open }, [{ type: "action", engine: ENGINE, phase: "started", action }]];
}

function endTool(state: ClaudeState, { tool_use_id: id, content, is_error }: BlockOf<"tool_result">): Step {
  if ([...state.background.values()].includes(id)) return [state, []];
  return close(state, id, { ok: !is_error, output: textOf(content) });
}

function close(state: ClaudeState, id: string, { ok, output }: { ok: boolean; output: string }): Step {
  const open = new Map(state.open);
  const action = open.get(id);
  open.delete(id);
  if (action === undefined) return [state, []];
  const preview = previewEnd(output);
  const said: ActionDetail = preview === undefined ? {} : ok ? { output: preview } : { error: preview };
  const event: ActionEvent = {
    ...{ type: "action", engine: ENGINE, phase: "completed", ok },
    action: { ...action, detail: { ...action.detail, ...said } },
  };
  return [{ ...state, open }, [event]];
}

/** A call whose task continues in the background has its result long before its end. */
function startTask(state: ClaudeState, { task_id, tool_use_id, is_backgrounded }: Line<"system">): ClaudeState {
  if (!is_backgrounded || task_id === undefined || tool_use_id === undefined) return state;
  return { ...state, background: new Map(state.background).set(task_id, tool_use_id) };
}

function endTask(state: ClaudeState, { task_id, status, summary = "" }: Line<"system">): Step {
  const id = task_id === undefined ? undefined : state.background.get(task_id);
  if (task_id === undefined || id === undefined) return [state, []];
  const background = new Map(state.background);
  background.delete(task_id);
  return close({ ...state, background }, id, { ok: status === "completed", output: summary });
}

function readResult(state: ClaudeState, line: Line<"result">): Step {
  const { session_id, is_error, result = "", modelUsage } = line;
  const answer = is_error ? "" : result.trim() || (state.hasResult ? "" : state.draft);
  // A command such as `/clear` may end in another session.
  const resume = session_id === undefined || is_error ? state.resume : { engine: ENGINE, value: session_id };
  const now = {
    ...state,
    resume,
    hasResult: true,
    draft: "",
    answers: answer === "" ? state.answers : [...state.answers, answer],
    error: is_error ? toError(line) : undefined,
    used: modelUsage && Object.keys(modelUsage).length > 0 ? toUsage(modelUsage) : state.used,
    contextFill: contextFill(state.read, modelUsage ?? {}) ?? state.contextFill,
  };
  return [now, []];
}

function note(state: ClaudeState, title: string, level: "info" | "warning" = "info", name = "note"): Step {
  const notes = state.notes + 1;
  const kind = level === "warning" ? "warning" : "note";
  const action: Action = { id: `${ENGINE}.${name}.${notes}`, kind, title: title.slice(0, 1000), detail: {} };
  return [
    { ...state, notes },
    [{ type: "action", engine: ENGINE, phase: "completed", action, ok: level === "info", level }],
  ];
}

function toRetryTitle({ attempt, max_retries, error_status }: Line<"system">): string {
  const why = error_status ? `status ${error_status}` : "no answer";
  return `the model's server failed (${why}); trying again, ${attempt ?? 1} of ${max_retries ?? "?"}`;
}

/** The text of a tool's result: a string, or blocks of text among others. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part: { text?: unknown }) => (typeof part?.text === "string" ? part.text : "")).join("\n");
}
