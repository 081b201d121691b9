// The bridge as a program of its own. At SIGUSR2 it takes all file descriptors but a few, at the next it gives them back;
// it prints "full" or "free" then, and its log.

import { closeSync, openSync } from "node:fs";
import { runBridge } from "../../src/app.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Logger } from "../../src/log.ts";
import { scriptedEngine } from "./scripted-engine.ts";
import { UNPACED } from "./unpaced.ts";

const [, , directory = "", left = "0"] = process.argv;
const engines = [scriptedEngine("alpha")];
const env = { PATH: process.env["PATH"], HOME: directory };
const controller = new AbortController();
process.on("SIGTERM", () => controller.abort("SIGTERM"));

const held: number[] = [];
process.on("SIGUSR2", () => {
  if (held.length > 0) {
    for (const descriptor of held.splice(0)) closeSync(descriptor);
    console.log("free");
    return;
  }
  try {
    for (;;) held.push(openSync("/dev/null", "r"));
  } catch {
    for (const descriptor of held.splice(0, Number(left))) closeSync(descriptor);
    console.log("full");
  }
});

const write = (fields: object, event: string): void => console.log(event, JSON.stringify(fields));
const log: Logger = { debug: write, info: write, warn: write, error: write, child: () => log };
log.info({ pid: process.pid }, "bridge.started");

const reload = () => loadConfig({ file: `${directory}/takopi.toml`, cwd: directory, env, engines });
const { signal } = controller;
await runBridge({ config: reload(), reload, engines, env, home: directory, log, signal, pace: UNPACED });
