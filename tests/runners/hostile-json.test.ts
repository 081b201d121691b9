import { afterEach, describe, expect, test } from "vitest";
import { engines } from "../../runners/index.ts";
import type { RunEvent } from "../../src/domain/events.ts";
import { recordingLog } from "../engine/toy.ts";

/** What each engine prints of tool calls; VALUE is whatever a model or a server put there. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  pi: [
    '{"type":"session","version":3,"id":"s","timestamp":"2026-01-01T00:00:00Z","cwd":"/"}',
    '{"type":"tool_execution_start","toolCallId":"1","toolName":"bash","args":VALUE}',
    '{"type":"tool_execution_end","toolCallId":"1","toolName":"bash","result":VALUE,"isError":false}',
    '{"type":"agent_end","messages":VALUE}',
  ],
  codex: [
    '{"type":"thread.started","thread_id":"0199a213-81c0-7800-8aa1-000000000001"}',
    '{"type":"item.started","item":{"id":"1","type":"mcp_tool_call","server":"a","tool":"b","arguments":VALUE,"status":"in_progress"}}',
    '{"type":"item.completed","item":{"id":"1","type":"mcp_tool_call","server":"a","tool":"b","arguments":VALUE,"result":VALUE,"status":"completed"}}',
    '{"type":"turn.completed","usage":VALUE}',
  ],
  opencode: [
    '{"type":"tool_use","timestamp":1,"sessionID":"ses_1","part":{"id":"p","sessionID":"ses_1","messageID":"m","type":"tool","callID":"c","tool":"bash","state":{"status":"completed","input":VALUE,"output":VALUE,"title":"x","metadata":VALUE,"time":{"start":1,"end":2}}}}',
  ],
  claude: [
    '{"type":"system","subtype":"init","session_id":"s","cwd":"/","tools":VALUE}',
    '{"type":"assistant","session_id":"s","message":{"id":"m","content":[{"type":"tool_use","id":"t","name":"Bash","input":VALUE}]}}',
    '{"type":"user","session_id":"s","message":{"content":[{"type":"tool_result","tool_use_id":"t","content":VALUE}]}}',
  ],
};

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

const VALUES: readonly (readonly [string, string])[] = [
  ["lists in lists, 100,000 deep", nested(100_000)],
  ["objects in objects, 100,000 deep", objects(100_000)],
  ["keys of prototypes", '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}},"command":"ls"}'],
  ["names of inherited functions", '{"toString":1,"hasOwnProperty":null,"valueOf":[],"command":{"toString":null}}'],
  ["numbers that no machine holds", '{"input_tokens":1e999,"output_tokens":-1e999,"command":"ls"}'],
];

afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([]);
});

describe.each(engines.filter(({ id }) => id in LINES).map((engine) => [engine.id, engine] as const))(
  "%s",
  (id, engine) => {
    test.each(VALUES)("takes %s for what it is", async (_, value) => {
      async function* output() {
        for (const line of LINES[id] ?? []) yield Buffer.from(`${line.replaceAll("VALUE", value)}\n`);
      }
      const events: RunEvent[] = [];
      const log = recordingLog();
      for await (const event of engine.replay(output(), log)) events.push(event);
      expect(events.filter(({ type }) => type === "completed")).toEqual([events.at(-1)]);
      expect(log.entries.filter(({ level }) => level === "error")).toEqual([]);
      expect("polluted" in {}).toBe(false);
      // It goes to the store and over the control socket.
      expect(() => JSON.stringify(events)).not.toThrow();
    });
  },
);
