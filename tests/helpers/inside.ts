import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { onTestFinished, vi } from "vitest";
import type { Stage } from "./bridge.ts";

/** A run of the scripted engine that has takopi's own tools, and lasts until `end` is called. */
export interface Inside {
  /** The message that asked for the run. */
  readonly task: number;
  /** The file that proves whose tools they are. */
  readonly pass: string;
  readonly client: Client;
  end(): void;
}

let count = 0;

/** Begins such a run and connects to its tools as its engine would. */
export async function openInside({ directory, say }: Stage, more: Parameters<Stage["say"]>[1] = {}): Promise<Inside> {
  count += 1;
  const [told, end] = ["tools", "end"].map((name) => join(directory, `${name}-${count}`)) as [string, string];
  const task = say(`session\ntools ${told}\nuntil ${end}\nanswer over\ndone`, more);
  await vi.waitUntil(() => existsSync(`${told}`) && statSync(`${told}`).size > 0, { timeout: 60_000 });
  const { file, args } = JSON.parse(readFileSync(told, "utf8")) as { file: string; args: string[] };
  const client = new Client({ name: "test", version: "1.0.0" });
  await client.connect(new StdioClientTransport({ command: file, args, cwd: directory }));
  onTestFinished(() => client.close());
  return { task, pass: args.at(-1) ?? "", client, end: () => writeFileSync(end, "") };
}
