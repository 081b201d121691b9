import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { command as backup } from "../../src/cli/backup.ts";
import { command as prune } from "../../src/cli/prune.ts";
import { MS_PER_DAY } from "../../src/domain/time.ts";
import { openStore } from "../../src/store/store.ts";
import { call, scratchHome } from "./calling.ts";

const CONFIG = "[limits] # mine\nkeep_days = 30\n";

/** A home with a run of 10, 40 and 100 days ago, each of 100 KiB. */
function withRuns(config = CONFIG) {
  const home = scratchHome();
  const directory = join(home, ".takopi");
  mkdirSync(directory);
  writeFileSync(join(directory, "takopi.toml"), config);
  const file = join(directory, "takopi.db");
  const store = openStore(file);
  for (const days of [10, 40, 100]) {
    const createdAt = Date.now() - days * MS_PER_DAY;
    const place = {
      chatId: "1",
      topicId: null,
      messageId: `${days}`,
      userId: "2",
      engine: "codex",
      project: null,
      branch: null,
    };
    const prompt = "long ".repeat(20_480);
    store.runs.add({ id: `r${days}`, ...place, prompt, resume: null, follows: null, createdAt });
    store.runs.setFiles(`r${days}`, [{ source: "f", name: "secret-plan.pdf", mime: "application/pdf" }]);
    const usage = undefined;
    store.runs.end(`r${days}`, { kind: "done", answer: "a", error: undefined, steps: 1, usage }, createdAt);
  }
  store.close();
  const prompts = () => {
    const opened = openStore(file);
    const runs = opened.runs.recent(9);
    const found = runs.map((run) => run.prompt !== "");
    expect(runs.map((run) => run.files.length > 0)).toEqual(found);
    opened.close();
    return found;
  };
  return { home, directory, file, prompts };
}

test.each([
  [["--older", "90d"], [true, true, false], 1],
  [["--older", "5w"], [true, false, false], 2],
  [[], [true, false, false], 2],
])("prune %j removes the texts of what is older, and makes the file smaller", async (argv, left, count) => {
  const { home, file, prompts } = withRuns();
  const { code, stdout } = await call(prune, home, ...argv);
  expect(code).toBe(0);
  expect(stdout).toContain(`Removed the texts of ${count} run`);
  expect(prompts()).toEqual(left);
  expect(statSync(file).size).toBeLessThan((240 + (3 - count) * 100) * 1024);
});

test("prune asks how old if nothing says so, and takes no other words", async () => {
  const { home } = withRuns("");
  await expect(call(prune, home)).rejects.toThrow("Say how old: --older 90d, or set limits.keep_days.");
  await expect(call(prune, home, "--older", "soon")).rejects.toThrow('--older is "soon"; expected days or weeks');
});

test("backup writes state and config into one file for its owner, also while a bridge has them open", async () => {
  const { home, directory, file } = withRuns();
  const bridge = openStore(file);
  bridge.threads.setModel("codex", "s", "still in the log of writes");
  const { code, stdout } = await call(backup, home, "b.tar");
  bridge.close();
  expect(code).toBe(0);
  expect(statSync(join(home, "b.tar")).mode & 0o777).toBe(0o600);
  expect(stdout).toContain(`tar -xf ${join(home, "b.tar")} -C ${directory}`);
  const restored = mkdtempSync(join(tmpdir(), "takopi-restored-"));
  onTestFinished(() => rmSync(restored, { recursive: true, force: true }));
  execFileSync("tar", ["-xf", join(home, "b.tar"), "-C", restored]);
  expect(readFileSync(join(restored, "takopi.toml"), "utf8")).toBe(CONFIG);
  const copy = openStore(join(restored, "takopi.db"));
  expect(copy.runs.recent(9)).toHaveLength(3);
  expect(copy.threads.model("codex", "s")).toBe("still in the log of writes");
  copy.close();
});

test("backup never writes over a file", async () => {
  const { home } = withRuns();
  writeFileSync(join(home, "b.tar"), "precious");
  await expect(call(backup, home, "b.tar")).rejects.toThrow("is there already");
  expect(readFileSync(join(home, "b.tar"), "utf8")).toBe("precious");
});
