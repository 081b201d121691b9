import { beginningOf } from "../../src/domain/cut.ts";
import {
  type Action,
  type ActionDetail,
  type ActionEvent,
  assertNever,
  type ShownEvent,
} from "../../src/domain/events.ts";
import { describeTool, detailOf, previewEnd, type ToolDialect } from "../../src/engine/tools.ts";
import { warningOf } from "../../src/engine/warning.ts";
import { toOutcome } from "./outcome.ts";
import { toReadableError } from "./readable-error.ts";
import { LastMessages, type PiLine, type WireBlocks, type WireMessage } from "./schema.ts";
import { ENGINE, type PiState, toCompleted, withKept } from "./state.ts";
import { addUsage } from "./usage.ts";

type Step = readonly [PiState, readonly ShownEvent[]];
type Line<Type extends PiLine["type"]> = Extract<PiLine, { type: Type }>;

/** How pi names the arguments of its tools. */
export const dialect: ToolDialect = { pathArguments: ["path"], hasSubagents: true };

/** One line of pi's print mode. Only new pi says that it has settled; elsewhere the end of the stream decides. */
export function translate(state: PiState, line: PiLine): Step {
  switch (line.type) {
    case "session":
      return begin(state, line);
    case "agent_start":
      return [{ ...state, phase: "working" }, []];
    case "message_end":
      return [readMessage(state, line.message), []];
    case "tool_execution_start":
      return startTool(state, line);
    case "tool_execution_update":
      return updateTool(state, line);
    case "tool_execution_end":
      return endTool(state, line);
    case "auto_retry_start":
      return [state, [note(state, "retry", line.attempt === 1 ? "started" : "updated", toRetryTitle(line))]];
    case "auto_retry_end": {
      const title = `${line.success ? "worked" : "gave up"} after ${count(line.attempt, "retry", "retries")}`;
      return [nextNote(state), [note(state, "retry", "completed", title, { ok: line.success })]];
    }
    case "compaction_start":
      return [state, [note(state, "compaction", "started", "compacting the conversation")]];
    case "compaction_end":
      return endCompaction(state, line);
    case "agent_end":
      return [{ ...withLast(state, line.messages), phase: "ended" }, warnOfCutAnswer(state)];
    case "agent_settled":
      return [state, [toCompleted(state, toOutcome(state))]];
    default:
      return assertNever(line);
  }
}

function begin(state: PiState, line: Line<"session">): Step {
  const resume = { engine: ENGINE, value: line.id };
  const cwd = line.cwd || state.cwd;
  const meta = { ...(cwd && { cwd }), ...state.meta };
  return [{ ...state, resume, cwd }, [{ type: "started", engine: ENGINE, resume, title: state.title, meta }]];
}

function readMessage(state: PiState, message: WireMessage): PiState {
  const usage = addUsage(state.usage, message.usage);
  const counted = usage ? { ...state, usage } : state;
  if (!("stopReason" in message)) return message.role === "user" ? keepAnswer(counted) : counted;
  const { stopReason, errorMessage } = message;
  return { ...counted, answer: textOf(message.content).trim() || state.answer, last: { stopReason, errorMessage } };
}

/** A message that was added after an answer asks for another: both are for the person. */
function keepAnswer(state: PiState): PiState {
  const isWhole = state.last?.stopReason === "stop" || state.last?.stopReason === "length";
  return isWhole ? { ...state, kept: withKept(state, state.answer), answer: "" } : state;
}

/** Only this line reports an attempt that was aborted before its first message ended. */
function withLast(state: PiState, messages: unknown): PiState {
  if (state.last !== undefined) return state;
  const { stopReason, errorMessage } = LastMessages.safeParse(messages).data?.at(-1) ?? {};
  return stopReason === undefined ? state : { ...state, last: { stopReason, errorMessage } };
}

function startTool(state: PiState, { toolCallId, toolName, args }: Line<"tool_execution_start">): Step {
  const { changes, ...description } = describeTool({ name: toolName, args, cwd: state.cwd }, dialect);
  const action: Action = { id: toolCallId, ...description, detail: changes ? { changes } : {} };
  const open = new Map(state.open).set(toolCallId, action);
  return [{ ...state, open }, [{ type: "action", engine: ENGINE, phase: "started", action }]];
}

function updateTool(state: PiState, { toolCallId, partialResult }: Line<"tool_execution_update">): Step {
  const begun = state.open.get(toolCallId);
  const output = previewEnd(textOf(partialResult?.content ?? []));
  if (!begun || output === undefined) return [state, []];
  const action: Action = { ...begun, detail: { ...begun.detail, output } };
  return [state, [{ type: "action", engine: ENGINE, phase: "updated", action }]];
}

function endTool(state: PiState, line: Line<"tool_execution_end">): Step {
  const begun = state.open.get(line.toolCallId) ?? {
    id: line.toolCallId,
    kind: "tool",
    title: line.toolName,
    detail: {},
  };
  const open = new Map(state.open);
  open.delete(line.toolCallId);
  const action: Action = { ...begun, detail: { ...begun.detail, ...toDetail(line) } };
  const ok = !line.isError;
  return [{ ...state, open }, [{ type: "action", engine: ENGINE, phase: "completed", action, ok }]];
}

function toDetail({ result, isError }: Line<"tool_execution_end">): ActionDetail {
  const text = textOf(result?.content ?? []);
  const preview = previewEnd(text);
  const exitCode = result?.structuredContent?.exit_code ?? readExitCode(isError ? text : "");
  return detailOf({ exitCode, ...(isError ? { error: preview } : { output: preview }) });
}

/** Old pi names the code only in the last line of what the command printed. */
function readExitCode(text: string): number | undefined {
  const code = /Command exited with code (\d{1,3})\s*$/.exec(text.slice(-60))?.[1];
  return code === undefined ? undefined : Number(code);
}

function endCompaction(state: PiState, line: Line<"compaction_end">): Step {
  const usage = addUsage(state.usage, line.result?.usage);
  const ok = !line.aborted && line.errorMessage === undefined;
  const title = ok ? "compacted the conversation" : "could not compact the conversation";
  const message = line.errorMessage && toReadableError(line.errorMessage);
  const event = note(state, "compaction", "completed", title, { ok, ...(message && { message }) });
  return [nextNote(usage ? { ...state, usage } : state), [event]];
}

function warnOfCutAnswer({ last, answer }: PiState): readonly ActionEvent[] {
  if (last?.stopReason !== "length" || answer === "") return [];
  return [warningOf(ENGINE, "length", "the answer stops at the model's output limit")];
}

function note(
  state: PiState,
  name: string,
  phase: ActionEvent["phase"],
  title: string,
  more: Pick<ActionEvent, "ok" | "level" | "message"> = {},
): ActionEvent {
  const action: Action = { id: `${ENGINE}.${name}.${state.notes}`, kind: "note", title, detail: {} };
  return { type: "action", engine: ENGINE, phase, action, ...more };
}

const nextNote = (state: PiState): PiState => ({ ...state, notes: state.notes + 1 });

function toRetryTitle({ attempt, maxAttempts, delayMs, errorMessage }: Line<"auto_retry_start">): string {
  const wait = `retry ${attempt} of ${maxAttempts} in ${Math.round(delayMs / 1000)} s`;
  return errorMessage ? `${wait}: ${beginningOf(toReadableError(errorMessage), 200)}` : wait;
}

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;

const textOf = (blocks: WireBlocks): string =>
  blocks.map((block) => (block.type === "text" ? (block.text ?? "") : "")).join("");
