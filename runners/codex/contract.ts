import { driftOf, OUT } from "../../src/engine/drift.ts";
import { CODEX_NOTIFICATIONS } from "./live/contract.ts";
import type { CodexOptions } from "./options.ts";
import { CODEX_VARIABLES } from "./probe.ts";

const RUNS = "any run";
const LIVE = "interactive runs";
const method = (name: string) => `"${name}"`;

/** Checked against 0.169.0. */
export const drift = driftOf<CodexOptions>({
  ...{ id: "codex", cmd: "codex", patterns: CODEX_VARIABLES },
  parts: () => [
    {
      args: ["exec", "--help"],
      needs: {
        ...{ "--json": RUNS, "--skip-git-repo-check": RUNS, "--color": RUNS, resume: "replies" },
        ...{ "--sandbox": "sandbox", "--profile": "profile", "--model": "models", "--image": "images" },
        ...{ "--output-schema": "output_schema", "--add-dir": "add_dirs", "--ephemeral": "ephemeral" },
      },
    },
    {
      args: ["app-server", "generate-json-schema", "--experimental", "--out", OUT],
      kinds: {
        pattern: /"enum":\s*\[\s*"([\w/]+)"\s*\],\s*"title":\s*"\w+NotificationMethod"/g,
        // The one that takopi itself sends.
        known: new Set([...CODEX_NOTIFICATIONS, "initialized"]),
      },
      needs: {
        ...{
          [method("thread/start")]: LIVE,
          [method("turn/start")]: LIVE,
          [method("thread/resume")]: "interactive replies",
        },
        ...{ [method("turn/steer")]: "messages to a running turn", [method("turn/interrupt")]: "/interrupt" },
        ...{ [method("thread/fork")]: "/fork", [method("thread/revert")]: "/undo" },
        ...{ [method("thread/turns/list")]: "/undo", [method("thread/compact/start")]: "/compact" },
        ...{
          [method("thread/name/set")]: "/name",
          [method("thread/inject_items")]: "/brief",
          [method("thread/list")]: "/sessions all",
        },
        ...{ [method("model/list")]: "/models", [method("thread/goal/set")]: "/goal", [method("config/read")]: LIVE },
        ...{ [method("thread/unsubscribe")]: "taking a session up in a terminal" },
        ...{ [method("item/commandExecution/requestApproval")]: "approvals of commands" },
        ...{ [method("item/fileChange/requestApproval")]: "approvals of changes" },
        ...{ [method("item/tool/requestUserInput")]: "questions", [method("turn/completed")]: LIVE },
        ...{ [method("thread/tokenUsage/updated")]: "usage", [method("item/agentMessage/delta")]: "streamed answers" },
      },
    },
  ],
});
