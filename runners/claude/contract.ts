import { driftOf } from "../../src/engine/drift.ts";
import { CLAUDE_VARIABLES, type ClaudeOptions } from "./options.ts";
import { ENGINE } from "./state.ts";

const RUNS = "any run";
const LIVE = "interactive runs";

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
  ],
});
