// A worker as a program of its own, which ends as kill -9 ends it at the step that it is told, or lives on.

import { codex } from "../../runners/codex/index.ts";
import { pi } from "../../runners/pi/index.ts";
import { runWorker } from "../../src/app/worker.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Logger } from "../../src/log.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";

const [, , directory = "", deadlyStep = "", live] = process.argv;
const engines = [scriptedEngine("alpha"), ...(live ? [codex, pi] : [])];
const env = { PATH: process.env["PATH"], HOME: directory };
const controller = new AbortController();
process.on("SIGTERM", () => controller.abort("SIGTERM"));

const write = (fields: object, event: string): void => {
  // Whoever started it hears what happens.
  process.stdout.write(`${event}\n`);
  if (event === deadlyStep) process.kill(process.pid, "SIGKILL");
  if (process.env["CHAOS_LOG"]) process.stderr.write(`${event} ${JSON.stringify(fields)}\n`);
};
const log: Logger = { debug: write, info: write, warn: write, error: write, child: () => log };

const config = loadConfig({ file: `${directory}/takopi.toml`, cwd: directory, env, engines });
void runWorker({ config, env, home: directory, log, signal: controller.signal });
