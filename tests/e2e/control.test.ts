import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { operationEntries } from "../../src/cli/operation.ts";
import { ControlClient } from "../../src/control/client.ts";
import { operations } from "../../src/operations/index.ts";
import { call, scratchHome } from "../cli/calling.ts";
import { stage, textOf } from "../helpers/bridge.ts";
import { wordsOf } from "../helpers/operation-words.ts";

async function open(directory: string): Promise<ControlClient> {
  const client = await ControlClient.connect(join(directory, "takopi.sock"), "1.0.0");
  onTestFinished(() => client.close());
  return client;
}

test("a task from a terminal runs in the main chat, and its answer comes to both", async () => {
  const { emulator, directory, botSays } = await stage();
  await emulator.waitFor(() => emulator.calls("getUpdates").length > 0);
  const client = await open(directory);
  const input = { prompt: "session\nanswer from afar\ndone", engine: "beta", wait: true };
  const { output, text } = (await client.call({ operation: "send", input })) as { output: object; text: string };
  expect(text).toBe("from afar");
  expect(output).toMatchObject({ answer: "from afar", run: expect.any(String) });
  const outcome = await botSays(/^done · beta/);
  expect(textOf(outcome)).toContain("from afar");
  expect(outcome.reply_to_message).toBeUndefined();
});

test("a run that fails or is stopped, an unknown one and a wrong input have codes of their own", async () => {
  const { emulator, directory, botSays } = await stage();
  await emulator.waitFor(() => emulator.calls("getUpdates").length > 0);
  const client = await open(directory);
  const codeOf = (operation: string, input: object) =>
    client.call({ operation, input }).catch((error: { code?: string }) => error.code);
  expect(await codeOf("send", { prompt: "session\nfail it broke", wait: true })).toBe("engine_failed");
  const stopped = codeOf("send", { prompt: "session\nstep waiting\nhang", wait: true });
  await botSays(/^working[\s\S]*waiting/);
  await client.call({ operation: "cancel", input: {} });
  expect(await stopped).toBe("interrupted");
  expect(await codeOf("cancel", { run: "nope" })).toBe("not_found");
  expect(await codeOf("send", { task: "x" })).toBe("usage");
  expect(await codeOf("launch", {})).toBe("usage");
});

test("every operation is a command that takes its own examples, and tells that no bridge runs", async () => {
  const home = scratchHome();
  const ask = async (name: string, ...argv: string[]) => {
    const loaded = await operationEntries.find((entry) => entry.name === name)?.load();
    if (!loaded) throw new Error(`There is no command ${name}.`);
    return call(loaded.command, home, ...argv);
  };
  expect(operationEntries.map(({ name }) => name)).toEqual(operations.map(({ name }) => name));
  for (const operation of operations) {
    const { name } = operation;
    const [example] = operation.examples as readonly Record<string, unknown>[];
    const words = example ? wordsOf(operation, example) : [];
    const { code, stdout, stderr } = await ask(name, ...words);
    expect([name, code, stdout]).toEqual([name, 9, ""]);
    expect(stderr).toBe("takopi: No bridge runs here; start it with `takopi`.\n");
  }
  const { stdout } = await ask("usage", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "no_bridge" } });
});
