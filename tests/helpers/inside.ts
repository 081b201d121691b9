import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, onTestFinished, vi } from "vitest";
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

/** Builds the server of the tools for the tests of a file: from its sources it takes half a second longer to start. */
export function builtTools(): string {
  const folder = mkdtempSync(join(tmpdir(), "takopi-tools-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const builder = fileURLToPath(new URL("../../.build.mjs", import.meta.url));
  execFileSync(process.execPath, [builder, "--module", "src/mcp/inside.ts", folder]);
  return join(folder, "src/mcp/inside.mjs");
}

/** Begins such a run and connects to its tools as its engine would; with `program`, to that instead of the sources. */
export async function openInside(
  { directory, say }: Pick<Stage, "directory" | "say">,
  program?: string,
): Promise<Inside> {
  count += 1;
  const [told, end] = ["tools", "end"].map((name) => join(directory, `${name}-${count}`)) as [string, string];
  const task = say(`session\ntools ${told}\nuntil ${end}\nanswer over\ndone`);
  await vi.waitUntil(() => existsSync(told) && statSync(told).size > 0, { timeout: 60_000 });
  const { file, args } = JSON.parse(readFileSync(told, "utf8")) as { file: string; args: string[] };
  const client = new Client({ name: "test", version: "1.0.0" });
  const own = program === undefined ? args : [program, ...args.slice(-2)];
  await client.connect(new StdioClientTransport({ command: file, args: own, cwd: directory }));
  onTestFinished(() => client.close());
  return { task, pass: args.at(-1) ?? "", client, end: () => writeFileSync(end, "") };
}
