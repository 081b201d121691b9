import { driftOf } from "../../src/engine/drift.ts";
import { isOmp } from "./omp.ts";
import type { PiOptions } from "./options.ts";
import { PI_VARIABLES } from "./probe.ts";
import { ENGINE } from "./state.ts";

const RUNS = "any run";
const LIVE = "interactive runs";
const PROJECTS = "projects that are not trusted";

/** Commands that change nothing in a session that is empty and not kept. */
const ASKED = ["get_state", "get_session_stats", "get_available_models", "get_fork_messages", "get_commands", "abort"];

const accepted = (command: string) => `"command":"${command}","success":true`;

/** Checked against 0.74.2 and 1.5.2. oh-my-pi tells its flags in another way. */
export const drift = driftOf<PiOptions>({
  ...{ id: ENGINE, cmd: ENGINE, patterns: PI_VARIABLES },
  parts: ({ cmd = ENGINE }) =>
    isOmp(cmd)
      ? []
      : [
          {
            args: ["--help"],
            needs: {
              ...{
                "--print": RUNS,
                "--mode": RUNS,
                "--session <": "replies",
                "--model": "models",
                "--provider": "provider",
              },
              ...{
                "--thinking": "thinking",
                "--session-dir": "session_dir",
                "--tools": "tools",
                "--no-session ": "ephemeral",
              },
              ...{
                "--append-system-prompt": "instructions",
                "--system-prompt": "system_prompt",
                "--offline": "offline",
              },
              ...{ "--no-extensions": PROJECTS, "--no-skills": PROJECTS, "--no-prompt-templates": PROJECTS },
              ...{ "--no-builtin-tools": "no_builtin_tools", "--no-context-files": "no_context_files" },
            },
          },
          {
            args: ["--mode", "rpc", "--no-session", "--offline", "--no-extensions"],
            stdin: ASKED.map((type) => `${JSON.stringify({ id: type, type })}\n`).join(""),
            needs: {
              [accepted("get_state")]: LIVE,
              [accepted("get_session_stats")]: "how full the context is",
              [accepted("get_available_models")]: "/models",
              [accepted("get_fork_messages")]: "/undo",
              [accepted("get_commands")]: "the offer of its own commands",
              [accepted("abort")]: "/interrupt",
            },
          },
        ],
});
