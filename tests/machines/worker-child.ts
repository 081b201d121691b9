import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inject, onTestFinished } from "vitest";

/** A worker that is killed again and again. */
export interface WorkerChild {
  readonly directory: string;
  /** With a step it kills itself there. */
  start(deadlyStep?: string): void;
  /** Calls `act` at once when the worker that was started last reaches a step, once. */
  at(step: string, act: () => void): void;
  /** Resolves when the worker that was started last is gone. */
  gone(): Promise<void>;
  /** Ends it as kill -9 does; resolves when it is gone. */
  kill(): Promise<void>;
  signal(name: NodeJS.Signals): void;
}

export interface WorkerChildOptions {
  /** Further tables of its takopi.toml. */
  readonly tables?: string;
  /** With codex and pi. */
  readonly isLive?: boolean;
}

/** A worker with one project; ended with the test. */
export function workerChild(
  broker: string,
  name = "gpu",
  project = "api",
  { tables = "", isLive = false }: WorkerChildOptions = {},
): WorkerChild {
  const directory = mkdtempSync(join(tmpdir(), `takopi-worker-${name}-`));
  mkdirSync(join(directory, project));
  const config = `default_engine = "alpha"\n[machines]\nbroker = "${broker}"\nname = "${name}"\n[projects.${project}]\npath = "${project}"\n${tables}`;
  writeFileSync(join(directory, "takopi.toml"), config);
  const steps = new Map<string, () => void>();
  let child: ChildProcess | undefined;
  const gone = async () => {
    if (child && child.exitCode === null && child.signalCode === null) await once(child, "exit");
  };
  const kill = async () => {
    child?.kill("SIGKILL");
    await gone();
  };
  onTestFinished(async () => {
    await kill();
    rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
  });
  return {
    ...{ directory, gone, kill },
    at: (step, act) => void steps.set(step, act),
    signal: (signal) => void child?.kill(signal),
    start: (deadlyStep = "") => {
      child = spawn(process.execPath, [inject("workerChild"), directory, deadlyStep, ...(isLive ? ["live"] : [])], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      if (!child.stdout) return;
      createInterface(child.stdout).on("line", (step) => {
        const act = steps.get(step);
        steps.delete(step);
        act?.();
      });
    },
  };
}
