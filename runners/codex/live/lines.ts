import type { CodexItem, CodexLine, ThreadTokens } from "../schema.ts";
import type { KnownItem, Notification, Tokens } from "./wire.ts";

/** One id for the plan of a turn, which has none of its own on this wire. */
const PLAN_ID = "plan";

/**
 * The line that `codex exec` would have printed, so that both sides use the same rules; undefined if it would have
 * printed nothing. Outcomes and tokens are not translated here: see turn.ts.
 */
export function toExecLine({ method, params }: Notification): CodexLine | undefined {
  switch (method) {
    case "turn/started":
      return { type: "turn.started" };
    case "item/started":
    case "item/completed": {
      // A thought begins without words, and has nothing to show until it is whole.
      if (method === "item/started" && params.item?.type === "reasoning") return undefined;
      const item = params.item && toExecItem(params.item);
      return item && { type: method === "item/started" ? "item.started" : "item.completed", item };
    }
    case "turn/plan/updated": {
      const items = params.plan.map(({ step, status }) => ({ text: step, completed: status === "completed" }));
      const isDone = items.every(({ completed }) => completed);
      return {
        type: isDone ? "item.completed" : "item.started",
        item: { id: PLAN_ID, type: "todo_list", items },
      };
    }
    case "error":
      return params.willRetry ? { type: "error", message: params.error.message } : undefined;
    case "warning":
      return { type: "error", message: params.message };
    default:
      return undefined;
  }
}

function toExecItem(item: KnownItem): CodexItem | undefined {
  const { id } = item;
  switch (item.type) {
    case "agentMessage":
      return { id, type: "agent_message", text: item.text, phase: item.phase };
    case "reasoning":
      return { id, type: "reasoning", text: item.summary.join("\n\n") };
    case "commandExecution":
      return {
        ...{ id, type: "command_execution", command: item.command, status: item.status },
        ...{ aggregated_output: item.aggregatedOutput, exit_code: item.exitCode },
      };
    case "fileChange": {
      const changes = item.changes.map(({ path, kind }) => ({ path, kind: kind.type }));
      return { id, type: "file_change", changes, status: item.status };
    }
    case "mcpToolCall": {
      const { server, tool, result, error, status } = item;
      return { id, type: "mcp_tool_call", server, tool, result, error, status };
    }
    case "webSearch":
      return { id, type: "web_search", query: item.query, action: item.action };
    case "imageGeneration":
      return { id, type: "image_generation", saved_path: item.savedPath, status: item.status };
    case "collabAgentToolCall": {
      const tool = item.tool.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      return { id, type: "collab_tool_call", tool, prompt: item.prompt, status: item.status };
    }
    // Told by sub-agents.ts.
    case "subAgentActivity":
    case "userMessage":
      return undefined;
    case "contextCompaction":
      return { id, type: "reasoning", text: "The context was compacted" };
  }
}

/** A thread's tokens under the names that `codex exec` gives them. */
export function toThreadTokens(tokens: Tokens): ThreadTokens {
  return {
    input_tokens: tokens.inputTokens,
    cached_input_tokens: tokens.cachedInputTokens,
    cache_write_input_tokens: tokens.cacheWriteInputTokens,
    output_tokens: tokens.outputTokens,
    reasoning_output_tokens: tokens.reasoningOutputTokens,
  };
}
