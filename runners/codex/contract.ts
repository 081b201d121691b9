import { driftOf, OUT } from "../../src/engine/drift.ts";
import { CODEX_NOTIFICATIONS } from "./live/contract.ts";
import type { CodexOptions } from "./options.ts";
import { CODEX_VARIABLES } from "./probe.ts";

const RUNS = "any run";
const LIVE = "interactive runs";
const COMMANDS = "the end of commands that a turn leaves behind";
const option = (name: string) => `the option codex.${name}`;

const FLAGS = {
  ...{ "--json": RUNS, "--skip-git-repo-check": RUNS, "--color": RUNS, resume: "replies", "--image": "images" },
  ...{ "--sandbox": option("sandbox"), "--profile": option("profile"), "--model": "models" },
  ...{ "--output-schema": option("output_schema"), "--add-dir": option("add_dirs") },
  "--ephemeral": option("ephemeral"),
};

const METHODS = {
  ...{
    initialize: LIVE,
    "thread/start": LIVE,
    "turn/start": LIVE,
    "config/read": "the sandbox and instructions of codex's own config",
    "turn/completed": LIVE,
  },
  ...{ "thread/resume": "interactive replies", "turn/steer": "messages to a running turn" },
  ...{ "turn/interrupt": "/interrupt", "thread/fork": "/fork", "thread/revert": "/undo", "thread/turns/list": "/undo" },
  ...{ "thread/compact/start": "/compact", "thread/name/set": "/name", "thread/inject_items": "/brief" },
  ...{
    "thread/list": "/sessions all",
    "model/list": "/models",
    "thread/goal/set": "/goal",
    "thread/goal/get": "/goal",
  },
  ...{ "thread/goal/clear": "/goal", "thread/unsubscribe": "taking a session up in a terminal" },
  ...{ "thread/backgroundTerminals/list": COMMANDS, "thread/backgroundTerminals/clean": COMMANDS },
  "item/commandExecution/requestApproval": "approvals of commands",
  "item/fileChange/requestApproval": "approvals of changes",
  "item/tool/requestUserInput": "questions",
  ...{ "thread/tokenUsage/updated": "the usage of runs", "item/agentMessage/delta": "streamed answers" },
};

const FIELDS = {
  ...{ threadId: LIVE, turnId: "/interrupt", expectedTurnId: "messages to a running turn" },
  ...{ sandbox: option("sandbox"), approvalPolicy: "approvals", decision: "approvals", answers: "questions" },
  ...{ outputSchema: option("output_schema"), tokenUsage: "the usage of runs", delta: "streamed answers" },
  ...{ objective: "/goal", tokenBudget: "/goal" },
};

export const drift = driftOf<CodexOptions>({
  ...{ id: "codex", cmd: "codex", patterns: CODEX_VARIABLES },
  lines: {
    "0.169": () => [
      { args: ["exec", "--help"], needs: [{ sort: "flag", of: FLAGS }] },
      {
        args: ["app-server", "generate-json-schema", "--experimental", "--out", OUT],
        needs: [
          { sort: "method", shown: (name) => `"${name}"`, of: METHODS },
          { sort: "field", shown: (name) => `"${name}":`, of: FIELDS },
        ],
        kinds: {
          pattern: /"enum":\s*\[\s*"([\w/]+)"\s*\],\s*"title":\s*"\w+NotificationMethod"/g,
          // The one that takopi itself sends.
          known: new Set([...CODEX_NOTIFICATIONS, "initialized"]),
        },
      },
    ],
  },
});
