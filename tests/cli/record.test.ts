import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { BOUNDS } from "../../src/bounds.ts";
import { setUp } from "../helpers/asking.ts";
import { takopi } from "./calling.ts";

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const stream = fileURLToPath(new URL("../../fixtures/codex/plain.jsonl", import.meta.url));

const TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc";

const parsed = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { dir?: string; line?: string; event?: { type: string } });

test("takopi --record writes every run down, live or headless, and takopi replay reads it as the chat saw it", async () => {
  const headless = "[codex]\ncmd = './codex.sh'\n";
  const bridge = await setUp("pi", { tables: headless });
  await bridge.stop();
  const { directory } = bridge;
  const codex = join(directory, "codex.sh");
  writeFileSync(
    codex,
    `#!/bin/sh\n[ "$1" = --version ] && exec echo codex-cli 0.169.0\ncat > /dev/null\nexec cat ${stream}\n`,
  );
  chmodSync(codex, 0o755);
  const folder = join(directory, "recordings");
  mkdirSync(folder);
  for (let run = 0; run < BOUNDS.recording.runs; run += 1) {
    writeFileSync(join(folder, `2020-01-01T00-00-00-${100 + run}Z-pi-old.jsonl`), "");
  }

  const config = join(directory, "takopi.toml");
  const program = spawn(process.execPath, [main, "--config", config, "--record", "recordings"], {
    ...{ env: { PATH: process.env["PATH"], HOME: directory }, cwd: directory, stdio: "ignore" },
  });
  onTestFinished(() => void program.kill("SIGKILL"));
  const exit = once(program, "exit");
  await bridge.outcomeOf(bridge.say(`answer ${TOKEN}`));
  await bridge.outcomeOf(bridge.say("/codex say hello"));
  program.kill("SIGTERM");
  expect(await exit).toEqual([0, null]);

  const names = readdirSync(folder);
  expect(names).toHaveLength(BOUNDS.recording.runs);
  for (const engine of ["pi", "codex"]) {
    const name = names.find((one) => !one.startsWith("2020") && one.includes(`-${engine}-`)) ?? "";
    const file = join(folder, name);
    const text = readFileSync(file, "utf8");
    const lines = parsed(text);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(text).not.toContain("AAEhBOweik6ad9r");
    expect(
      lines.some(({ dir, line }) => dir === "out" && line?.includes(engine === "pi" ? "[REDACTED" : "say hello")),
    ).toBe(true);
    expect(lines.some(({ dir }) => dir === "in")).toBe(true);
    const told = lines
      .flatMap(({ event }) => event ?? [])
      .filter(({ type }) => !["process", "ready", "ack"].includes(type));
    const { code, stdout } = await takopi(directory, "replay", engine, file);
    expect(code).toBe(0);
    expect(parsed(stdout)).toEqual(told);
    expect(told.at(-1)).toMatchObject({ type: "completed", ok: true });
  }
});
