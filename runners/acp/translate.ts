import type { SessionUpdate, ToolCallUpdate } from "@agentclientprotocol/sdk/unstable";
import type { Action, ActionEvent, ShownEvent } from "../../src/domain/events.ts";
import { type AcpState, answerOf, type Call, type Plan, type Update } from "./state.ts";
import { toAction } from "./tools.ts";

type Step = readonly [AcpState, readonly ShownEvent[]];

/** One `session/update`. Kinds that say nothing to a person, and those that are not known, are left out. */
export function translate(state: AcpState, update: SessionUpdate): Step {
  switch (update.sessionUpdate) {
    case "agent_message_chunk":
      return addText(state, update);
    case "tool_call":
    case "tool_call_update":
      return followTool(state, update);
    case "plan":
      return plan(state, update);
    case "usage_update":
      return [withContext(state, update), []];
    case "notice":
      return note(state, update.description || update.title, update.severity === "info" ? "note" : "warning");
    case "compaction_update":
      return update.status === "completed" ? note(state, "compacted the conversation", "note") : [state, []];
    default:
      return [state, []];
  }
}

function withContext(state: AcpState, { cost, used, size }: Update<"usage_update">): AcpState {
  return {
    ...state,
    ...(cost?.currency === "USD" && { cost: cost.amount }),
    ...(size > 0 && { contextFill: Math.min(1, used / size) }),
  };
}

function addText(state: AcpState, { content, messageId }: Update<"agent_message_chunk">): Step {
  if (content.type !== "text") return [state, []];
  const isNew = !state.isTextOpen || (messageId ?? undefined) !== state.messageId;
  const texts = isNew ? [...state.texts, content.text] : state.texts.with(-1, `${state.texts.at(-1)}${content.text}`);
  const next = { ...state, texts, messageId: messageId ?? undefined, isTextOpen: true };
  return [next, [{ type: "text", engine: state.engine, text: answerOf(next) }]];
}

function followTool(state: AcpState, update: Update<"tool_call"> | Update<"tool_call_update">): Step {
  const known = state.open.get(update.toolCallId);
  // Agents repeat updates of calls that have ended.
  if (known === undefined && update.sessionUpdate === "tool_call_update" && update.status == null) return [state, []];
  const call = merge(known?.call, update);
  const action = toAction(call, state.cwd);
  const isOver = update.status === "completed" || update.status === "failed";
  const open = new Map(state.open);
  if (isOver) open.delete(call.toolCallId);
  else open.set(call.toolCallId, { call, action });
  const next = { ...state, open, isTextOpen: state.isTextOpen && state.messageId !== undefined };
  if (isOver) return [next, [endOf(state.engine, action, update.status === "completed")]];
  // Before its arguments are complete a call has no title worth showing.
  if (update.status === "pending" && isEmpty(call.rawInput)) return [next, []];
  const isSame = known !== undefined && JSON.stringify(known.action) === JSON.stringify(action);
  return isSame && update.sessionUpdate === "tool_call_update"
    ? [next, []]
    : [next, [{ type: "action", engine: state.engine, phase: "started", action }]];
}

/** Updates name only what has changed; some empty the arguments again. */
export function merge(known: Call | undefined, update: Partial<Call> | ToolCallUpdate): Call {
  const given = Object.entries(update).filter(([, value]) => value !== null && value !== undefined);
  const call: Call = { toolCallId: "", title: "tool", ...known, ...Object.fromEntries(given) };
  return isEmpty(call.rawInput) && known?.rawInput !== undefined ? { ...call, rawInput: known.rawInput } : call;
}

/** Tools that agents call completed although their command failed. */
function endOf(engine: string, action: Action, hasCompleted: boolean): ActionEvent {
  const ok = hasCompleted && (action.detail.exitCode ?? 0) === 0;
  const { output } = action.detail;
  const detail = ok || output === undefined ? action.detail : { ...action.detail, error: output };
  return { type: "action", engine, phase: "completed", action: { ...action, detail }, ok };
}

/** Steps that were open when the turn ended. */
export const endOpen = (state: AcpState): readonly ActionEvent[] =>
  [...state.open.values()].map(({ action }) => endOf(state.engine, action, false));

function plan(state: AcpState, { entries }: Plan): Step {
  const done = entries.filter(({ status }) => status === "completed").length;
  const current = entries.find(({ status }) => status === "in_progress")?.content;
  const title = `plan: ${done} of ${entries.length} done${current ? ` · ${current}` : ""}`;
  const action: Action = { id: `${state.engine}.plan`, kind: "note", title, detail: {} };
  return [state, [{ type: "action", engine: state.engine, phase: "completed", action, ok: true }]];
}

export function note(state: AcpState, title: string, kind: "note" | "warning"): Step {
  const { engine, notes } = state;
  const action: Action = { id: `${engine}.note${notes}`, kind, title, detail: {} };
  const level = kind === "warning" ? { level: "warning" as const } : {};
  const ok = kind === "note";
  return [{ ...state, notes: notes + 1 }, [{ type: "action", engine, phase: "completed", action, ok, ...level }]];
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0);
