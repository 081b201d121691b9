import type { Engine } from "../../src/engine/contract.ts";
import { defineEngine } from "../../src/engine/define.ts";
import { withLive } from "../../src/engine/live.ts";
import { learnFrom } from "./known-sessions.ts";
import { launch } from "./launch.ts";
import { createLiveSide } from "./live/index.ts";
import { opencodeOptions } from "./options.ts";
import { end } from "./outcome.ts";
import { probe } from "./probe.ts";
import { OPENCODE_VARIABLES } from "./provider-variables.ts";
import { opencodeResume } from "./resume.ts";
import { OpencodeLine } from "./schema.ts";
import { ENGINE, initialState } from "./state.ts";
import { translate } from "./translate.ts";
import { opencodeBrings } from "./trust.ts";

const headless = defineEngine({
  id: ENGINE,
  label: "opencode",
  options: opencodeOptions,
  resume: opencodeResume,
  brings: opencodeBrings,
  env: OPENCODE_VARIABLES,
  wire: OpencodeLine,
  // Its shells outlive every signal alike, in sessions of their own; the run's mark finds them.
  stopSignal: "SIGTERM",
  probe,
  launch,
  initial: initialState,
  translate,
  end,
});

/** opencode: headless by `opencode run --format json`, silent until the first step is done; live by `opencode serve`. */
export const opencode: Engine = withLive(
  { ...headless, open: (request) => learnFrom(headless.open(request), request) },
  opencodeOptions,
  createLiveSide(),
);
