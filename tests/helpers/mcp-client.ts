import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { onTestFinished } from "vitest";

/** Built before the tests of the project `process` begin. */
const program = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** The SDK's own client of a `takopi mcp`, which finds the bridge whose state is in `directory`. */
export async function connectMcp(directory: string, tables = "", ...more: string[]): Promise<Client> {
  const config = join(directory, "mcp.toml");
  writeFileSync(config, `default_engine = "codex"\n${tables}`);
  const args = [program, "mcp", "--config", config, ...more];
  const transport = new StdioClientTransport({ command: process.execPath, args, cwd: directory });
  const client = new Client({ name: "test", version: "1.0.0" });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return client;
}
