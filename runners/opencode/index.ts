import { defineEngine } from "../../src/engine/define.ts";
import { IMAGE_TYPES } from "../../src/engine/images.ts";
import { keyVariable } from "../../src/engine/isolation.ts";
import { testedVersions } from "../tested-versions.ts";
import { drift } from "./contract.ts";
import { launch } from "./launch.ts";
import { opencodeLive } from "./live/index.ts";
import { opencodeOptions, optionWarnings, readOnly } from "./options.ts";
import { end } from "./outcome.ts";
import { probe } from "./probe.ts";
import { OPENCODE_VARIABLES } from "./provider-variables.ts";
import { opencodeResume } from "./resume.ts";
import { OpencodeLine } from "./schema.ts";
import { sessionDirectories } from "./session-directories.ts";
import { ENGINE, initialState } from "./state.ts";
import { translate } from "./translate.ts";
import { opencodeBrings } from "./trust.ts";

/** opencode: headless by `opencode run --format json`, silent until the first step is done; live by `opencode serve`. */
export const opencode = defineEngine(
  {
    id: ENGINE,
    label: "opencode",
    options: opencodeOptions,
    resume: opencodeResume,
    images: IMAGE_TYPES,
    takesTools: true,
    brings: opencodeBrings,
    warnings: optionWarnings,
    isolation: {
      ...{ folder: ".config/opencode", login: ".local/share/opencode/auth.json" },
      key: ({ model }) => (model === undefined ? undefined : keyVariable(model.split("/")[0] ?? "")),
    },
    tested: testedVersions.opencode,
    reasoning: { option: "variant", levels: ["minimal", "low", "medium", "high", "max"] },
    readOnly,
    env: OPENCODE_VARIABLES,
    wire: OpencodeLine,
    // Its shells outlive every signal alike, in sessions of their own; the run's mark finds them.
    stopSignal: "SIGTERM",
    probe,
    drift,
    launch,
    // Another opencode may just be writing.
    mayRetry: (stderr) => /database is locked/i.test(stderr),
    initial: initialState,
    translate,
    end,
    isResting: ({ reason }) => reason === "stop" || reason === "length",
    ended: ({ spec, cwd, host }, session) => {
      const directories = host.keep(sessionDirectories);
      if (session !== undefined && spec.session === undefined) directories.remember(session, cwd);
      if (session === undefined && spec.session !== undefined) directories.forget(spec.session);
    },
  },
  opencodeLive,
);
