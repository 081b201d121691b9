import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { expect, onTestFinished, test, vi } from "vitest";
import { exitCodes } from "../../src/control/protocol.ts";
import { allowable, toolsFor } from "../../src/mcp/tools.ts";
import { operations } from "../../src/operations/index.ts";
import { insideOperations } from "../../src/operations/inside/index.ts";
import { stage } from "../helpers/bridge.ts";
import { openInside } from "../helpers/inside.ts";
import { connectMcp } from "../helpers/mcp-client.ts";

const INSIDE = fileURLToPath(new URL("../../dist/src/mcp/inside.js", import.meta.url));

const namesOf = (tools: readonly { readonly name: string }[]) => tools.map(({ name }) => name).sort();

test("another agent gets what reads, and of what writes only what the config allows", async () => {
  const { directory } = await stage();
  const client = await connectMcp(directory, '[mcp]\nallow = ["send"]\n');
  const { tools } = await client.listTools();
  const readers = operations.filter(({ intent }) => intent === "read").map(({ name }) => name);
  expect(namesOf(tools)).toEqual([...readers, "send"].sort());
  const send = tools.find(({ name }) => name === "send");
  expect(send?.inputSchema).toMatchObject({ type: "object", required: ["prompt"] });
  expect(send?.annotations).toMatchObject({ readOnlyHint: false });
});

test("every tool can be called as its example shows, and fails with the word of a code if it fails", async () => {
  const { directory, emulator } = await stage();
  await emulator.waitFor(() => emulator.calls("getUpdates").length > 0);
  const names = allowable(operations);
  const client = await connectMcp(directory, `[mcp]\nallow = ${JSON.stringify(names)}\n`);
  const tools = toolsFor(operations, names);
  expect(namesOf((await client.listTools()).tools)).toEqual(namesOf(tools));
  for (const { name, examples } of tools) {
    for (const example of examples as readonly Record<string, unknown>[]) {
      const result = await client.callTool({ name, arguments: example });
      expect(result.content).toMatchObject([{ type: "text", text: expect.any(String) }]);
      if (!result.isError) continue;
      const { code } = (result.structuredContent as { error: { code: string } }).error;
      expect([name, Object.keys(exitCodes)]).toEqual([name, expect.arrayContaining([code])]);
      expect(code).not.toBe("usage");
    }
  }
});

test("a task of another agent is shown in the main chat, and its answer is the tool's", async () => {
  const { directory, botSays } = await stage();
  const client = await connectMcp(directory, '[mcp]\nallow = ["send"]\n');
  const task = { prompt: "session\nanswer from afar\ndone", wait: true };
  const result = await client.callTool({ name: "send", arguments: task });
  expect(result.content).toEqual([{ type: "text", text: "from afar" }]);
  expect(result.structuredContent).toMatchObject({ answer: "from afar" });
  await botSays(/^done · alpha/);
});

test("without a bridge each call says so", async () => {
  const { directory, stop } = await stage();
  await stop();
  const client = await connectMcp(directory);
  const result = await client.callTool({ name: "usage", arguments: {} });
  expect(result).toMatchObject({ isError: true, structuredContent: { error: { code: "no_bridge" } } });
});

test("the built server of a run's own tools speaks for its run, and for nobody once that has ended", async () => {
  const on = await stage({ tables: "[alpha]\ntools = true\n" });
  const { pass, end, task } = await openInside(on);
  const client = new Client({ name: "test", version: "1.0.0" });
  const args = [INSIDE, "1.0.0", pass];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, cwd: on.directory }));
  onTestFinished(() => client.close());
  const { tools } = await client.listTools();
  expect(namesOf(tools)).toEqual(namesOf(insideOperations));
  const say = () => client.callTool({ name: "send_message", arguments: { text: "Half done" } });
  expect((await say()).isError).toBeUndefined();
  await on.botSays(/^alpha says\n+Half done/);
  end();
  await on.outcomeOf(task);
  await vi.waitUntil(() => !existsSync(pass), { timeout: 60_000 });
  expect(await say()).toMatchObject({ isError: true, structuredContent: { error: { code: "not_allowed" } } });
});

test("another agent can neither approve, nor name a chat, nor send more than the socket takes; the bridge lives on", async () => {
  const { directory, botSays } = await stage();
  const client = await connectMcp(directory, '[mcp]\nallow = ["send"]\n');
  const call = async (name: string, args: Record<string, unknown>) => {
    const result = await client
      .callTool({ name, arguments: args })
      .catch((error: unknown) => ({ isError: error !== undefined }));
    return result.isError === true;
  };
  expect(await call("answer", { question: "1", reply: "allow" })).toBe(true);
  expect(await call("send", { prompt: "hi", chatId: "-1" })).toBe(true);
  expect(await call("send", { prompt: "x".repeat(2 * 1024 * 1024) })).toBe(true);
  expect(await call("send", { prompt: "session\nanswer still here\ndone" })).toBe(false);
  await botSays(/^done · alpha[\s\S]*still here/);
});
