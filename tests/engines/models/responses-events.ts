import { randomUUID } from "node:crypto";
import type { Output } from "./responses-reply.ts";

/** A server-sent event of the Responses API: its type and what else it carries. */
export interface StreamEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

const DELTA_CHARS = 4_000;
const shortId = (prefix: string): string => `${prefix}_${randomUUID().slice(0, 8)}`;

/** The finished item as the API shows it in `response.output`. */
export function toItem(output: Output): Record<string, unknown> & { id: string } {
  switch (output.type) {
    case "text":
      return {
        id: shortId("msg"),
        type: "message",
        role: "assistant",
        status: "completed",
        content: [{ type: "output_text", text: output.text, annotations: [] }],
        ...(output.phase && { phase: output.phase }),
      };
    case "reasoning":
      return {
        id: shortId("rs"),
        type: "reasoning",
        summary: [{ type: "summary_text", text: output.text }],
        encrypted_content: "c2VhbGVk",
      };
    case "call":
      return {
        id: shortId("fc"),
        type: "function_call",
        status: "completed",
        call_id: shortId("call"),
        name: output.name,
        arguments: JSON.stringify(output.args),
        ...(output.namespace && { namespace: output.namespace }),
      };
    case "find":
      return {
        ...{ id: shortId("tsc"), type: "tool_search_call", status: "completed", execution: "client" },
        ...{ call_id: shortId("call"), arguments: { query: output.query, limit: 8 } },
      };
    case "patch":
      return {
        id: shortId("ctc"),
        type: "custom_tool_call",
        status: "completed",
        call_id: shortId("call"),
        name: "apply_patch",
        input: output.patch,
      };
    case "search":
      return {
        id: shortId("ws"),
        type: "web_search_call",
        status: "completed",
        action: { type: "search", query: output.query, queries: [output.query] },
      };
  }
}

/** The events that build one item up, from `added` to `done`. */
export function* itemEvents(output: Output, item: { id: string }, index: number): Generator<StreamEvent> {
  const place = { output_index: index, item_id: item.id };
  yield { type: "response.output_item.added", output_index: index, item: begun(output, item) };
  if (output.type === "text") {
    yield {
      type: "response.content_part.added",
      ...place,
      content_index: 0,
      part: { type: "output_text", text: "", annotations: [] },
    };
    yield* deltas("response.output_text.delta", output.text, { ...place, content_index: 0 });
  }
  if (output.type === "reasoning") {
    yield {
      type: "response.reasoning_summary_part.added",
      ...place,
      summary_index: 0,
      part: { type: "summary_text", text: "" },
    };
    yield* deltas("response.reasoning_summary_text.delta", output.text, { ...place, summary_index: 0 });
  }
  yield { type: "response.output_item.done", output_index: index, item };
}

function begun(output: Output, item: object): object {
  const empty = {
    text: { content: [] },
    reasoning: { summary: [] },
    call: { arguments: "" },
    patch: { input: "" },
    search: { action: undefined },
    find: {},
  }[output.type];
  return { ...item, status: "in_progress", ...empty };
}

function* deltas(type: string, value: string, place: object): Generator<StreamEvent> {
  for (let at = 0; at < value.length; at += DELTA_CHARS) {
    yield { type, ...place, delta: value.slice(at, at + DELTA_CHARS) };
  }
}
