import { defineEngine } from "../../src/engine/define.ts";
import { IMAGE_TYPES } from "../../src/engine/images.ts";
import { testedVersions } from "../tested-versions.ts";
import { drift } from "./contract.ts";
import { launch } from "./launch.ts";
import { claudeLive } from "./live/index.ts";
import { CLAUDE_VARIABLES, claudeOptions, readOnly } from "./options.ts";
import { end } from "./outcome.ts";
import { probe } from "./probe.ts";
import { resume } from "./resume.ts";
import { ClaudeLine, SKIPPED_LINES } from "./schema.ts";
import { ENGINE, initialState } from "./state.ts";
import { translate } from "./translate.ts";
import { claudeBrings } from "./trust.ts";

/** Anthropic's Claude Code: headless by `claude --print`, live by the same with stream-json both ways. */
export const claude = defineEngine(
  {
    id: ENGINE,
    label: "claude",
    options: claudeOptions,
    resume,
    brings: claudeBrings,
    isolation: {
      ...{ folder: ".claude", variable: "CLAUDE_CONFIG_DIR", login: ".claude/.credentials.json" },
      key: () => "ANTHROPIC_API_KEY",
    },
    takesTools: true,
    images: IMAGE_TYPES,
    tested: testedVersions.claude,
    reasoning: { option: "effort", levels: ["low", "medium", "high", "xhigh", "max"] },
    readOnly,
    env: CLAUDE_VARIABLES,
    wire: ClaudeLine,
    skip: SKIPPED_LINES,
    // SIGKILL would leave its shells running, in sessions of their own; on SIGTERM it ends them.
    stopSignal: "SIGTERM",
    probe,
    drift,
    launch,
    initial: initialState,
    translate,
    end,
  },
  claudeLive,
);
