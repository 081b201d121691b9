import { defineEngine } from "../../src/engine/define.ts";
import { IMAGE_TYPES } from "../../src/engine/images.ts";
import { testedVersions } from "../tested-versions.ts";
import { drift } from "./contract.ts";
import { endWithoutTurn } from "./failure.ts";
import { launch } from "./launch.ts";
import { codexLive } from "./live/index.ts";
import { codexOptions } from "./options.ts";
import { CODEX_VARIABLES, probe } from "./probe.ts";
import { resume } from "./resume.ts";
import { codexLine } from "./schema.ts";
import { initial, outcome, translate } from "./translate.ts";
import { codexBrings } from "./trust.ts";

/**
 * OpenAI's Codex. By `codex exec --json`: one process a turn, prompt on stdin, threads shared with the terminal; or live
 * by `codex app-server`.
 */
export const codex = defineEngine(
  {
    id: "codex",
    label: "Codex",
    options: codexOptions,
    resume,
    brings: codexBrings,
    isolation: { folder: ".codex", variable: "CODEX_HOME", login: ".codex/auth.json", key: () => "CODEX_API_KEY" },
    takesTools: true,
    images: IMAGE_TYPES,
    tested: testedVersions.codex,
    reasoning: { option: "reasoning_effort", levels: ["minimal", "low", "medium", "high", "xhigh"] },
    readOnly: () => ({ sandbox: "read-only" as const, add_dirs: undefined }),
    env: CODEX_VARIABLES,
    wire: codexLine,
    // On SIGTERM it would leave unsandboxed commands running (seen in 0.169.0).
    stopSignal: "SIGINT",
    probe,
    drift,
    launch,
    initial,
    translate,
    end: (state, exit) => endWithoutTurn(outcome(state), exit),
  },
  codexLive,
);
