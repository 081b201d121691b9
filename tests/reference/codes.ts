import { exitCodes } from "../../src/control/protocol.ts";
import type { ErrorCode } from "../../src/errors.ts";
import { toTable } from "./table.ts";

const MEANINGS: Readonly<Record<ErrorCode, string>> = {
  failed: "it could not be done; the sentence says why",
  usage: "the command, its input or the config is wrong",
  not_found: "there is no such run, session or question",
  busy: "that session is running, or that question is being answered",
  approval_needed: "`takopi policy`: a person would be asked",
  not_allowed: "`takopi policy`: the rules deny it; a tool that only a person may use",
  engine_failed: "the engine failed",
  no_bridge: "no bridge runs here",
  interrupted: "the run was stopped, or you pressed Ctrl-C",
};

/** How commands end, the same on every surface. */
export const codesTable = (): string =>
  toTable([
    ["exit code", "word", "meaning"],
    ["0", "", "done"],
    ...Object.entries(exitCodes).map(([word, code]) => [String(code), `\`${word}\``, MEANINGS[word as ErrorCode]]),
  ]);
