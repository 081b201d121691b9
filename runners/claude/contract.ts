import { driftOf } from "../../src/engine/drift.ts";
import { CLAUDE_VARIABLES, type ClaudeOptions } from "./options.ts";
import { ENGINE } from "./state.ts";

const RUNS = "any run";
const LIVE = "interactive runs";

const LIVE_FLAGS = ["--print", "--input-format=stream-json", "--output-format=stream-json", "--verbose"];
const request = (subtype: string) =>
  JSON.stringify({ type: "control_request", request_id: subtype, request: { subtype } });
const accepted = (subtype: string) => `"subtype":"success","request_id":"${subtype}"`;

/** Checked against 2.1.332. */
export const drift = driftOf<ClaudeOptions>({
  ...{ id: ENGINE, cmd: ENGINE, patterns: CLAUDE_VARIABLES },
  parts: () => [
    {
      args: ["--help"],
      needs: {
        ...{ "--print": RUNS, "--output-format": RUNS, "--verbose": RUNS, "--resume": "replies", "--model": "models" },
        ...{ "--input-format": LIVE, "--include-partial-messages": LIVE, "--session-id": LIVE },
        ...{
          "--setting-sources": "projects that are not trusted",
          "--strict-mcp-config": "projects that are not trusted",
        },
        ...{ "--permission-mode": "permission_mode", "--allowed-tools": "allowed_tools", "--effort": "effort" },
        ...{ "--append-system-prompt": "instructions", "--system-prompt": "system_prompt" },
        ...{ "--json-schema": "output_schema", "--mcp-config": "tools", "--no-session-persistence": "ephemeral" },
      },
    },
    {
      args: [...LIVE_FLAGS, "--no-session-persistence"],
      stdin: ["initialize", "list_models"].map((subtype) => `${request(subtype)}\n`).join(""),
      needs: { [accepted("initialize")]: "the offer of its own commands", [accepted("list_models")]: "/models" },
    },
  ],
});
