import type { RunTools } from "../../src/engine/pass.ts";
import { moduleFile } from "../../src/program-files.ts";
import { TOOLS_VARIABLE } from "./tools-extension.ts";
import type { PiTrust } from "./trust.ts";

/** Arguments and variables that give pi takopi's own tools; none if it gets none. */
export const toolsOf = (command: RunTools["command"] | undefined): PiTrust =>
  command === undefined
    ? { args: [], env: {} }
    : {
        args: ["--extension", moduleFile("runners/pi/tools-extension")],
        env: { [TOOLS_VARIABLE]: JSON.stringify([command.file, ...command.args]) },
      };
