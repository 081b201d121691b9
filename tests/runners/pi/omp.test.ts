import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { pi } from "../../../runners/pi/index.ts";
import { stage, textOf } from "../../helpers/bridge.ts";

/** As oh-my-pi 18.3 behaves: a line with the title comes before the header, and it knows no flag of pi's trust. */
const OMP = `#!/usr/bin/env node
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
const args = process.argv.slice(2);
if (args[0] === "--version") { console.log("omp/18.3.4"); process.exit(0); }
const known = ["--print", "--mode", "json", "--no-extensions", "--no-skills"];
const at = args.findIndex((word) => word === "--resume" || word === "-r");
const unknown = args.filter((word, index) => word.startsWith("-") && !known.includes(word) && index !== at);
if (unknown.length > 0) { console.error("unknown " + unknown); process.exit(2); }
const prompt = readFileSync(0, "utf8");
const id = at < 0 ? "01a1faa9-0e57-755a-9ea7-c358c83d66d4" : JSON.parse(readFileSync(args[at + 1], "utf8").split("\\n")[1]).id;
const cwd = process.cwd();
if (at < 0) {
  const folder = process.env.HOME + "/.omp/agent/sessions/-repo";
  mkdirSync(folder, { recursive: true });
  const title = { type: "title", v: 1, title: "", updatedAt: "", pad: " ".repeat(100) };
  const user = { type: "message", message: { role: "user", content: prompt } };
  const lines = [title, { type: "session", version: 3, id, timestamp: "", cwd }, user];
  writeFileSync(folder + "/2026-11-20T20-32-25-687Z_" + id + ".jsonl", lines.map((line) => JSON.stringify(line) + "\\n").join(""));
}
const say = (line) => console.log(JSON.stringify(line));
say({ type: "session", version: 3, id, cwd });
say({ type: "ready" });
say({ type: "agent_start" });
const text = (at < 0 ? "new: " : "resumed: ") + prompt;
const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, totalTokens: 2, cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 } };
const message = { role: "assistant", content: [{ type: "text", text }], usage, stopReason: "stop" };
say({ type: "message_end", message });
say({ type: "advisor_cost_changed", cost: 0 });
say({ type: "agent_end", messages: [message] });
`;

async function place() {
  const home = await realpath(await mkdtemp(join(tmpdir(), "takopi-omp-")));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  await mkdir(join(home, "repo"));
  await mkdir(join(home, "bin"));
  await writeFile(join(home, "bin/package.json"), '{"type":"module"}');
  const cmd = join(home, "bin/omp");
  await writeFile(cmd, OMP, { mode: 0o755 });
  return { home, cmd, repo: join(home, "repo") };
}

test("oh-my-pi as pi.cmd takes a task, and its session is resumed by its own line and by a reply", async () => {
  const { home, cmd, repo } = await place();
  const { say, outcomeOf } = await stage({
    ...{ engines: [pi], defaultEngine: "pi", env: { HOME: home } },
    tables: `[pi]\ncmd = "${cmd}"\n[projects.web]\npath = "${repo}"`,
  });
  const first = textOf(await outcomeOf(say("/web one")));
  expect(first).toMatch(/^done · pi[\s\S]*new: one/);
  const line = /^omp --resume \S+$/m.exec(first)?.[0] ?? "none";
  const second = say(`/web two\n${line}`);
  expect(textOf(await outcomeOf(second))).toContain("resumed: two");
  expect(textOf(await outcomeOf(say("three", { replyTo: second })))).toContain("resumed: three");
  const short = line.replace("--resume", "-r").slice(0, -20);
  expect(textOf(await outcomeOf(say(`/web four\n${short}`)))).toContain("resumed: four");
});

test("oh-my-pi is found sound, and not asked with a flag that it lacks", async () => {
  const { home, cmd } = await place();
  const probe = await pi.probe({ options: { cmd }, env: { ...process.env, HOME: home }, isThorough: true });
  expect(probe).toEqual({ path: cmd, version: "18.3.4", problems: [] });
});

test("settings that a repository brings for oh-my-pi are not read unless it is trusted", async () => {
  const { home, cmd, repo } = await place();
  await mkdir(join(repo, ".omp"));
  const table = `[pi]\ncmd = "${cmd}"\n[projects.web]\npath = "${repo}"`;
  const { say, outcomeOf } = await stage({ engines: [pi], defaultEngine: "pi", env: { HOME: home }, tables: table });
  expect(textOf(await outcomeOf(say("/web one")))).toMatch(/^error[\s\S]*brings a `\.omp` folder/);
  const trusting = { engines: [pi], defaultEngine: "pi", env: { HOME: home }, tables: `${table}\ntrusted = true` };
  const trusted = await stage(trusting);
  expect(textOf(await trusted.outcomeOf(trusted.say("/web one")))).toContain("new: one");
});
