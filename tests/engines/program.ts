import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Stage } from "../helpers/bridge.ts";
import { RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export interface Program extends AsyncDisposable {
  /** As `kill -9` does; resolves when it has ended. */
  kill(): Promise<void>;
}

/** The built program over the state of a stage whose own bridge has ended; ended by SIGTERM when it is disposed of. */
export async function startProgram({ directory, emulator }: Stage, env: Record<string, string>): Promise<Program> {
  const polls = emulator.calls("getUpdates").length;
  const child = spawn(process.execPath, [MAIN, "--config", `${directory}/takopi.toml`], {
    ...{ cwd: directory, stdio: "ignore", env: { PATH: process.env["PATH"], ...env } },
  });
  const ended = once(child, "exit");
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  await emulator.waitFor(() => emulator.calls("getUpdates").length > polls, RUN_TIMEOUT_MS);
  return { kill: () => end("SIGKILL"), [Symbol.asyncDispose]: () => end("SIGTERM") };
}
