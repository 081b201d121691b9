import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { stage, textOf } from "../helpers/bridge.ts";

/** A repository with one committed file. */
function repository(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "takopi-diff-")));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const git = (...args: string[]) => execFileSync("git", args, { cwd: path, stdio: "pipe" });
  git("init", "-q", "-b", "main");
  writeFileSync(join(path, "kept.txt"), "one\ntwo\n");
  git("add", ".");
  git("-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "-qm", "first");
  return path;
}

const project = (path: string) => ({ tables: `[projects.web]\npath = "${path}"\n` });

test("a run's diff is one line a file with the patch folded, and a reply to it continues the session", async () => {
  const path = repository();
  const { say, botSays, outcomeOf, emulator } = await stage(project(path));
  const done = await outcomeOf(say(`/web session\nnote ${path}/kept.txt\nnote ${path}/new.txt\nanswer ok\ndone`));
  say("/diff", { replyTo: done.message_id });
  const answer = await botSays(/^2 files differ/);
  const text = textOf(answer);
  expect(text).toContain("2 files differ from the last commit: +2 −0.");
  expect(text).toContain("+ran");
  const folded = answer.rich_message?.blocks.filter(({ type }) => type === "details");
  expect(folded).toMatchObject([{ summary: "kept.txt +1 −0" }, { summary: "new.txt +1 −0" }]);
  say("session\nanswer again\ndone", { replyTo: answer.message_id });
  await botSays(/again/);
  expect(emulator.calls("sendDocument")).toEqual([]);
});

test("a large diff is a file", async () => {
  const path = repository();
  const { say, botSays, outcomeOf, emulator } = await stage(project(path));
  const done = await outcomeOf(say("/web session\nanswer ok\ndone"));
  writeFileSync(join(path, "big.txt"), "a line of text\n".repeat(4000));
  say("/diff", { replyTo: done.message_id });
  await botSays(/^1 file differs/);
  await emulator.waitFor(() => emulator.calls("sendDocument").length > 0);
});

test("/show tells about a session and its files", async () => {
  const path = repository();
  const { say, botSays, outcomeOf } = await stage(project(path));
  const done = await outcomeOf(say(`/web session\nnote ${path}/new.txt\ncost 0.25\nanswer ok\ndone`));
  say("/show", { replyTo: done.message_id });
  const text = textOf(await botSays(/1 turn/));
  expect(text).toMatch(/^done · alpha · web/);
  expect(text).toContain("1 turn, 1,234 tokens, $0.25");
  expect(text).toContain("new.txt +1 −0");
  expect(text).toMatch(/alpha resume s\d+x\d+$/);
});

test("outside a repository, and before anything has run, it says so", async () => {
  const { say, botSays, outcomeOf } = await stage();
  say("/diff");
  await botSays(/Nothing has been run here yet/);
  const done = await outcomeOf(say("session\nanswer ok\ndone"));
  say("/diff", { replyTo: done.message_id });
  await botSays(/is in no git repository/);
});

test("a branch is compared with what it was made from, commits included", async () => {
  const path = repository();
  mkdirSync(join(path, "trees"));
  const { say, botSays, outcomeOf } = await stage({
    tables: `[projects.web]\npath = "${path}"\nworktrees_dir = "trees"\n`,
  });
  const done = await outcomeOf(say("/web @feat session\nanswer ok\ndone"));
  const tree = join(path, "trees/feat");
  writeFileSync(join(tree, "committed.txt"), "x\n");
  execFileSync("git", ["add", "."], { cwd: tree });
  const author = ["-c", "user.name=T", "-c", "user.email=t@example.org"];
  execFileSync("git", [...author, "commit", "-qm", "second"], { cwd: tree });
  say("/diff", { replyTo: done.message_id });
  expect(textOf(await botSays(/^1 file differs/))).toContain("1 file differs from main: +1 −0.");
});
