import { driftOf } from "../../src/engine/drift.ts";
import { CLAUDE_VARIABLES, type ClaudeOptions } from "./options.ts";
import { ENGINE } from "./state.ts";

const RUNS = "any run";
const LIVE = "interactive runs";
const PROJECTS = "projects that are not trusted";
const option = (name: string) => `the option claude.${name}`;

const FLAGS = {
  ...{ "--print": RUNS, "--output-format": RUNS, "--verbose": RUNS, "--resume": "replies", "--model": "models" },
  ...{ "--input-format": LIVE, "--include-partial-messages": LIVE, "--session-id": LIVE },
  ...{ "--setting-sources": PROJECTS, "--strict-mcp-config": PROJECTS },
  ...{ "--permission-mode": option("permission_mode"), "--effort": option("effort") },
  ...{ "--allowed-tools": option("allowed_tools"), "--disallowed-tools": option("disallowed_tools") },
  "--dangerously-skip-permissions": option("dangerously_skip_permissions"),
  ...{ "--append-system-prompt": option("instructions"), "--system-prompt": option("system_prompt") },
  ...{ "--json-schema": option("output_schema"), "--no-session-persistence": option("ephemeral") },
  "--mcp-config": "takopi's own tools",
};

/** Asked without what they need: a method that claude knows complains of that, and does nothing. */
const METHODS = {
  ...{ initialize: "the offer of its own commands", list_models: "/models", rename_session: "/name" },
  ...{ get_usage: "the usage of runs", interrupt: "/interrupt without an end of its process" },
};
const FIELDS = { commands: "the offer of its own commands", models: "/models", model_usage: "the usage of runs" };

const LIVE_FLAGS = ["--print", "--input-format=stream-json", "--output-format=stream-json", "--verbose"];
const request = (subtype: string) =>
  JSON.stringify({ type: "control_request", request_id: subtype, request: { subtype } });
const known = (subtype: string) =>
  new RegExp(
    `"subtype":(?:"success","request_id":"${subtype}"|"error","request_id":"${subtype}","error":"(?!Unsupported))`,
  );

export const drift = driftOf<ClaudeOptions>({
  ...{ id: ENGINE, cmd: ENGINE, patterns: CLAUDE_VARIABLES },
  lines: {
    "2.1": () => [
      { args: ["--help"], needs: [{ sort: "flag", of: FLAGS }] },
      {
        args: [...LIVE_FLAGS, "--no-session-persistence"],
        stdin: Object.keys(METHODS)
          .map((subtype) => `${request(subtype)}\n`)
          .join(""),
        needs: [
          { sort: "method", shown: known, of: METHODS },
          { sort: "field", shown: (name) => `"${name}":`, of: FIELDS },
        ],
      },
    ],
  },
});
