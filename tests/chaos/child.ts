// The bridge as a program of its own, which ends as kill -9 ends it at the step that it is told, or lives on.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { codex } from "../../runners/codex/index.ts";
import { pi } from "../../runners/pi/index.ts";
import { runBridge } from "../../src/app.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Logger } from "../../src/log.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";
import { UNPACED } from "../helpers/unpaced.ts";

const [, , directory = "", deadlyStep = "", live] = process.argv;
const clock = join(directory, "clock");
// A test that owns the clock writes there how many ms it is ahead.
if (existsSync(clock)) {
  const real = Date.now;
  Date.now = () => real() + Number(readFileSync(clock, "utf8"));
}
const engines = [scriptedEngine("alpha"), ...(live ? [codex, pi] : [])];
const env = { PATH: process.env["PATH"], HOME: directory };
const controller = new AbortController();
process.on("SIGTERM", () => controller.abort("SIGTERM"));

const write = (fields: object, event: string): void => {
  if (event === deadlyStep) process.kill(process.pid, "SIGKILL");
  if (process.env["CHAOS_LOG"]) process.stderr.write(`${event} ${JSON.stringify(fields)}\n`);
};
const log: Logger = { debug: write, info: write, warn: write, error: write, child: () => log };

const reload = () => loadConfig({ file: `${directory}/takopi.toml`, cwd: directory, env, engines });
const { signal } = controller;
void runBridge({ config: reload(), reload, engines, env, home: directory, log, signal, pace: UNPACED });
