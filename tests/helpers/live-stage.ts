import { codex } from "../../runners/codex/index.ts";
import { pi } from "../../runners/pi/index.ts";
import { standIn } from "../engine/toy.ts";
import { type Stage, type StageOptions, stage } from "./bridge.ts";
import { scriptedEngine } from "./scripted-engine.ts";

/** Tables that drive the scripted peers of pi and codex both ways. */
export const liveTables = `
[pi]
cmd = "${standIn("pi-rpc")}"
interactive = true
[codex]
cmd = "${standIn("codex-app-server")}"
interactive = true
sandbox = "read-only"
`;

/** Engines of that: pi is the default. */
export const LIVE = { engines: [pi, codex, scriptedEngine("alpha")], defaultEngine: "pi" };

/** A bridge over scripted peers of pi, the default, and codex, and over `alpha`, which is headless. */
export const stageLive = (options: StageOptions = {}): Promise<Stage> =>
  stage({ ...LIVE, tables: liveTables, ...options });
