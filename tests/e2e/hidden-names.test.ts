import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stage, textOf } from "../helpers/bridge.ts";

/** It turns what follows it around, so that `gpj.exe` is read as `exe.jpg`. */
const TURN = "\u202e";
const BRANCH = `feat${TURN}gnp.sh`;
const SHOWN = "feat⟨U+202E⟩gnp.sh";

/** A project with a branch, a file and an alias whose names hide what they are. */
async function hiddenStage() {
  const started = await stage({ tables: `[projects."web\u200bshop"]\npath = "web"` });
  const path = join(started.directory, "web");
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", path, "-c", "user.name=t", "-c", "user.email=t@t", ...args]);
  mkdirSync(path);
  git("init", "-q", "-b", "main");
  git("commit", "-q", "--allow-empty", "-m", "begin");
  return { ...started, path };
}

test("a name from outside is shown with what it hides, wherever it stands", async () => {
  const { say, botSays, outcomeOf, path, emulator } = await hiddenStage();
  const task = say(`/web\u200bshop @${BRANCH} session\nstep open x${TURN}gpj.exe\nanswer made\ndone`);
  const outcome = await outcomeOf(task);
  expect(textOf(outcome)).toContain(`ctx: web⟨U+200B⟩shop @${SHOWN}`);
  writeFileSync(join(path, ".worktrees", BRANCH, `x${TURN}gpj.exe`), "new");
  say("/diff", { replyTo: outcome.message_id });
  expect(textOf(await botSays(/differ|\+1/))).toContain("x⟨U+202E⟩gpj.exe");
  say("/sessions");
  await botSays(/web⟨U\+200B⟩shop @feat⟨U\+202E⟩gnp\.sh/);
  say("/projects");
  await botSays(/^[^\n]*web⟨U\+200B⟩shop[^\n]*\bweb\b/m);
  for (const { payload } of emulator.history.filter(({ method }) => /^(send|edit)/.test(method)))
    expect(JSON.stringify(payload)).not.toMatch(/[\u200b\u202e]/);
});

test("a step and a button show what their words hide", async () => {
  const { say, botSays, outcomeOf } = await stage();
  const ids = ["one", "two"].map((name) => say(`session\nstep ${name} ${TURN}gpj.exe\nhang`));
  await botSays(/▸ one ⟨U\+202E⟩gpj\.exe/);
  await botSays(/▸ two ⟨U\+202E⟩gpj\.exe/);
  say("/cancel");
  const offer = await botSays(/^Several tasks are under way/);
  expect(JSON.stringify(offer.reply_markup)).toContain("⟨U+202E⟩gpj.exe");
  for (const id of ids) say("/cancel", { replyTo: id });
  for (const id of ids) await outcomeOf(id);
});
