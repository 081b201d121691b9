import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { ControlClient } from "../../src/control/client.ts";
import { quantile } from "./quantile.ts";
import { ms, now, withBridge } from "./running.ts";
import type { Figure } from "./streams.ts";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const ENGINE = fileURLToPath(new URL("../../fixtures/children/answers-at-once.sh", import.meta.url));
const CALLS = 1_000;
const TASKS = 40;
const COMMANDS = 9;

/** The socket, a task over it, the same as a command, and the start of the MCP server. */
export async function measureControl(): Promise<Figure[]> {
  const alone = await times(TASKS, () => void spawnSync(ENGINE, ["--mode", "json"], { input: "x" }));
  const calls: number[] = [];
  const tasks: number[] = [];
  const commands: number[] = [];
  const starts: number[] = [];
  await withBridge({}, async ({ directory }) => {
    const config = join(directory, "takopi.toml");
    const client = await ControlClient.connect(join(directory, "takopi.sock"), "bench");
    const call = (operation: string, input: object) => client.call({ operation, input });
    const send = () => call("send", { prompt: "x", wait: true });
    await send();
    calls.push(...(await times(CALLS, () => call("queue", {}))));
    tasks.push(...(await times(TASKS, send)));
    client.close();
    const argv = [MAIN, "send", "x", "--wait", "--config", config];
    commands.push(...(await times(COMMANDS, () => void spawnSync(process.execPath, argv))));
    starts.push(...(await times(COMMANDS, () => listTools(config))));
  });
  const [own, took] = [quantile(alone, 0.5), quantile(tasks, 0.5)];
  const tail = `${quantile(calls, 0.99).toFixed(1)} ms`;
  return [
    { figure: "socket round trip, median and p99", goal: "", value: `${quantile(calls, 0.5).toFixed(1)} ms, ${tail}` },
    {
      ...{ figure: "task over the socket to its answer, median", goal: "the engine's + 20 ms" },
      value: `${ms(took)}, the engine alone ${ms(own)}`,
    },
    { figure: "`takopi send --wait`, its process with it, median", goal: "", value: ms(quantile(commands, 0.5)) },
    { figure: "`takopi mcp` to its list of tools, median", goal: "", value: ms(quantile(starts, 0.5)) },
  ];
}

async function times(count: number, work: () => unknown): Promise<number[]> {
  const took: number[] = [];
  for (let index = 0; index < count; index++) {
    const beganAt = now();
    await work();
    took.push(now() - beganAt);
  }
  return took;
}

async function listTools(config: string): Promise<void> {
  const client = new Client({ name: "bench", version: "1.0.0" });
  const args = [MAIN, "mcp", "--config", config];
  await client.connect(new StdioClientTransport({ command: process.execPath, args }));
  await client.listTools();
  await client.close();
}
