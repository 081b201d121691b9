import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { engines } from "../../runners/index.ts";
import { narrowed } from "../../src/config/narrowing.ts";
import type { RunEvent } from "../../src/domain/events.ts";
import { type Narrowing, NO_NARROWING } from "../../src/domain/narrowing.ts";
import type { Reply } from "../../src/domain/question.ts";
import type { Engine } from "../../src/engine/contract.ts";
import type { EngineOptions } from "../../src/engine/options.ts";
import { host, openDriven, toSession } from "../helpers/driven.ts";
import { noLog } from "../helpers/recordings.ts";
import { type EnginesHome, makeEnginesHome } from "./all-engines.ts";
import { type HostileRepository, makeHostileRepository } from "./hostile.ts";
import { ownCommand, ownPath, type PinnedEngineId, pinnedEngines } from "./pinned.ts";

// opencode needs minutes on a busy machine.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

let home: EnginesHome;
let scratch: string;
let repositories = 0;

beforeAll(async () => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), "takopi-trust-")));
  home = await makeEnginesHome();
});
afterAll(async () => {
  await host.close();
  await home?.[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 20 });
});

/** All but ACP agents, whose repositories are kept out by what `untrusted_env` names. */
const natives = (Object.keys(pinnedEngines) as PinnedEngineId[]).filter((id) => id !== "codexAcp");
const ways = natives.flatMap((id) => [false, true].map((interactive) => [id, interactive] as const));
/** Options that make each engine ask before it runs a command. */
const asking = (id: string): EngineOptions & Record<string, unknown> => {
  if (id === "claude") return { env: home.claudeEnv };
  return id === "codex" ? { sandbox: "workspace-write" } : { approvals: "ask" };
};

interface Played {
  readonly events: readonly RunEvent[];
  readonly session: string;
}

interface Request {
  readonly id: PinnedEngineId;
  readonly interactive: boolean;
  readonly trusted?: boolean;
  readonly session?: string;
  readonly prompt: string;
  readonly reply?: Reply;
  readonly narrowing?: Narrowing;
}

/** Plays a run to its end; all that it asks is allowed, unless the reply is another. */
async function play(
  repository: Pick<HostileRepository, "path">,
  { id, interactive, prompt, session, trusted, reply = { type: "allow", scope: "once" }, narrowing }: Request,
): Promise<Played> {
  const options = { cmd: ownCommand(id), interactive, ...asking(id) };
  const run = openDriven(engineOf(id), {
    ...{
      runId: `trust-${process.pid}-${Math.random()}`,
      prompt,
      cwd: repository.path,
      log: noLog,
      trusted: trusted === true,
      session,
    },
    env: { PATH: ownPath(id), ...home.env },
    options: narrowing ? narrowed(options, narrowing, engineOf(id)) : options,
  });
  const events: RunEvent[] = [];
  for await (const event of run) {
    events.push(event);
    if (event.type === "question") await run.controls.answer(event.question.id, reply);
  }
  const end = events.at(-1);
  return { events, session: end?.type === "completed" ? (end.resume?.value ?? "") : "" };
}

function engineOf(id: string): Engine {
  // Two lines of pi are pinned.
  const engine = engines.find((one) => one.id === id.replace(/^pi15$/, "pi"));
  if (engine === undefined) throw new Error(`no engine ${id}`);
  return engine;
}

function newRepository(more: { plugins?: boolean } = {}): HostileRepository {
  repositories += 1;
  return makeHostileRepository(join(scratch, `r${repositories}`), more);
}

test.each(ways)("%s runs nothing that an untrusted repository brings (interactive: %s)", async (id, interactive) => {
  const repository = newRepository();
  const config = () => readFileSync(join(home.env["HOME"] ?? "", ".codex/config.toml"), "utf8");
  const before = config();
  const first = await play(repository, { id, interactive, prompt: "[[shell echo one]]" });
  expect(first.events.at(-1)).toMatchObject({ type: "completed", ok: true });
  const second = await play(repository, { id, interactive, session: first.session, prompt: "[[shell echo two]]" });
  expect(second.events.at(-1)).toMatchObject({ type: "completed", ok: true });
  expect(second.session).toBe(first.session);
  const setup = {
    ...{ cwd: repository.path, log: noLog, trusted: false },
    env: { PATH: ownPath(id), ...home.env },
    options: { cmd: ownCommand(id), interactive: true, ...asking(id) },
  };
  if (interactive) {
    const fork = await engineOf(id).operations.fork?.(toSession(setup, first.session));
    await play(repository, { id, interactive, session: fork ?? "", prompt: "[[shell echo three]]" });
  }
  expect(repository.ran()).toEqual([]);
  expect(config()).toBe(before);
  expect(home.sentToModel()).toContain(repository.instruction);
});

/** Those that prove that the attacks are real: the same repository, trusted. */
const DONE_IF_TRUSTED: Readonly<Record<string, readonly string[]>> = {
  claude: ["claude-hook", "claude-hook-prompt", "claude-local-hook", "claude-mcp"],
  codex: ["codex-mcp"],
  opencode: ["opencode-folder-plugin", "opencode-mcp", "opencode-plugin", "opencode-tool"],
  pi: ["pi-extension", "pi-package", "pi-prefix", "pi-shell"],
  pi15: ["pi-extension", "pi-package", "pi-prefix", "pi-shell"],
};

test.each(ways)("%s runs what a trusted repository brings (interactive: %s)", async (id, interactive) => {
  const repository = newRepository({ plugins: true });
  await play(repository, { id, interactive, trusted: true, prompt: "[[shell echo one]]" });
  expect([...repository.ran()].sort()).toEqual(expect.arrayContaining([...(DONE_IF_TRUSTED[id] ?? [])]));
});

test.each([false, true])("opencode is not started if it would load plugins (interactive: %s)", async (interactive) => {
  const repository = newRepository({ plugins: true });
  const { events } = await play(repository, { id: "opencode", interactive, prompt: "[[shell echo one]]" });
  const error = expect.stringContaining("this project is not trusted, so nothing was started");
  expect(events.at(-1)).toMatchObject({ type: "completed", ok: false, error });
  expect(repository.ran()).toEqual([]);
});

test.each([false, true])("trust that codex has noted itself does not count (interactive: %s)", async (interactive) => {
  const repository = newRepository();
  const file = join(home.env["HOME"] ?? "", ".codex/config.toml");
  const before = readFileSync(file, "utf8");
  writeFileSync(file, `${before}\n[projects."${repository.path}"]\ntrust_level = "trusted"\n`);
  const { events } = await play(repository, { id: "codex", interactive, prompt: "[[shell echo one]]" });
  writeFileSync(file, before);
  expect(events.at(-1)).toMatchObject({ type: "completed", ok: true });
  expect(repository.ran()).toEqual([]);
  expect(home.sentToModel()).toContain(repository.instruction);
});

/** opencode gets the same variable both ways, and takes half a minute to start. */
const narrowWays = ways.filter(([id, interactive]) => id !== "opencode" || !interactive);

test.each(narrowWays)("%s changes nothing if the repository wants it so (interactive: %s)", async (id, interactive) => {
  const path = join(scratch, `narrow-${id}-${interactive}`);
  mkdirSync(path);
  const narrowing = { ...NO_NARROWING, sandbox: "read-only" } as const;
  const reply = { type: "deny" } as const;
  const prompt = "[[shell touch changed]]";
  const { events } = await play({ path }, { id, interactive, prompt, reply, narrowing });
  expect(events.at(-1)).toMatchObject({ type: "completed", ok: true });
  expect(existsSync(join(path, "changed"))).toBe(false);
});
