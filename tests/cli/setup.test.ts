import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { type Ask, askNobody, Cancelled } from "../../src/cli/setup/ask.ts";
import { runWizard, type WizardParts } from "../../src/cli/setup/wizard.ts";
import { command as setup } from "../../src/cli/setup.ts";
import { parseToml } from "../../src/config/toml.ts";
import { type Emulator, startEmulator } from "../../src/playground/emulator.ts";
import { call, callWith, scratchHome } from "./calling.ts";

type Answer = string | boolean | "Ctrl-C" | (() => string | boolean);

/** A person who expects these questions in this order. */
function person(...script: [question: RegExp, answer: Answer][]) {
  const said: string[] = [];
  const left = [...script];
  const answer = async (message: string, check: (given: string) => string | undefined = () => undefined) => {
    const [question, planned] = left.shift() ?? [/nothing more/, ""];
    expect(message).toMatch(question);
    if (planned === "Ctrl-C") throw new Cancelled("left");
    const given = typeof planned === "function" ? planned() : planned;
    const problem = typeof given === "string" ? check(given) : undefined;
    expect(problem).toBeUndefined();
    return given as never;
  };
  const ask: Ask = {
    say: (text) => void said.push(text),
    secret: answer,
    text: (message, _initial, check) => answer(message, check),
    confirm: (message) => answer(message),
    choose: (message) => answer(message),
  };
  return { ask, said, left };
}

async function emulated(): Promise<Emulator> {
  const emulator = await startEmulator({ limits: "off" });
  onTestFinished(() => emulator.close());
  return emulator;
}

const parts = (emulator: Emulator, ask: Ask, more: Partial<WizardParts> = {}): WizardParts => ({
  ...{ ask, isAlone: false, token: undefined, table: {}, server: { api_root: emulator.url }, repository: undefined },
  engines: [
    { id: "codex", label: "Codex", version: "0.169.0", problem: undefined },
    { id: "pi", label: "pi", version: "0.74.2", problem: "needs a login" },
    { id: "opencode", label: "opencode", version: undefined, problem: undefined },
  ],
  signal: new AbortController().signal,
  after: () => () => {},
  ...more,
});

const writes = (emulator: Emulator) => () => {
  emulator.sendText({ chatId: emulator.privateChatId, text: "hi" });
};

test("asks for token, chat, engine, workflow, approvals and project, and makes a config of the answers", async () => {
  const emulator = await emulated();
  writes(emulator)();
  const { ask, said, left } = person(
    [/bot's token/, emulator.token],
    [/Robin.* wrote in a private chat.*Is that you/, true],
    [/Who may use/, "me"],
    [/runs tasks that name none/, "pi"],
    [/message without a reply/, "chat"],
    [/Should pi ask/, true],
    [/Register \/src\/my\.web as a project/, true],
    [/Its name/, "my-web"],
  );
  const repository = { path: "/src/my.web", base: "main", isGit: true };
  const table = await runWizard(parts(emulator, ask, { repository }));
  expect(left).toEqual([]);
  expect(table).toEqual({
    default_engine: "pi",
    default_project: "my-web",
    transports: {
      telegram: {
        ...{ bot_token: emulator.token, chat_id: emulator.privateChatId, allowed_user_ids: [emulator.person.id] },
        session_mode: "chat",
      },
    },
    pi: { interactive: true, approvals: "ask" },
    projects: { "my-web": { path: "/src/my.web", worktree_base: "main" } },
  });
  expect(said.join("\n")).toContain("  pi 0.74.2: needs a login\n  opencode: not installed");
  expect(said.join("\n")).not.toContain(emulator.token);
  expect(emulator.waitingUpdates()).toBe(0);
});

test("the engine that a config names stays the proposal if another one is the only one installed", async () => {
  const emulator = await emulated();
  writes(emulator)();
  const offered: unknown[] = [];
  const choose: Ask["choose"] = async (message, options, initial) => {
    if (/runs tasks/.test(message)) offered.push(initial, ...options);
    return initial;
  };
  const ask: Ask = { ...person().ask, choose, confirm: async () => true };
  const engines = ["0.74.2", undefined].map((version, index) => ({
    ...{ id: ["pi", "codex"][index] ?? "", label: ["pi", "Codex"][index] ?? "", version, problem: undefined },
  }));
  const given = { engines, token: emulator.token, table: { default_engine: "codex" } };
  expect(await runWizard(parts(emulator, ask, given))).toMatchObject({ default_engine: "codex" });
  expect(offered).toEqual([
    "codex",
    { value: "pi", label: "pi" },
    { value: "codex", label: "Codex", hint: "not installed" },
  ]);
});

test("a wrong token is told with Telegram's words, and asked for again", async () => {
  const emulator = await emulated();
  const { ask, said } = person(
    [/bot's token/, "123456789:AAEhBOweik6ad9r_wrong"],
    [/bot's token/, emulator.token],
    [/Is that you/, "Ctrl-C"],
  );
  writes(emulator)();
  await expect(runWizard(parts(emulator, ask))).rejects.toThrow(Cancelled);
  expect(said).toContainEqual('Telegram says "Unauthorized". Copy the token from @BotFather again.');
});

test("a webhook on the token is named, and removed only if the person agrees", async () => {
  const emulator = await emulated();
  emulator.setWebhook("https://other.example/hook?secret=1");
  const refusing = person([/bot's token/, emulator.token], [/Remove the webhook/, false]);
  await expect(runWizard(parts(emulator, refusing.ask))).rejects.toThrow("With the webhook takopi gets no messages");
  expect(refusing.said.join("\n")).toContain("A webhook is set on this token (other.example)");
  const agreeing = person([/bot's token/, emulator.token], [/Remove the webhook/, true], [/Is that you/, "Ctrl-C"]);
  writes(emulator)();
  await expect(runWizard(parts(emulator, agreeing.ask))).rejects.toThrow(Cancelled);
  expect(agreeing.said).toContain("The webhook is removed.");
});

test("nobody writes for a minute: it says what to do, and goes on waiting", async () => {
  const emulator = await emulated();
  const timers: { ms: number; then: () => void }[] = [];
  const after = (ms: number, then: () => void) => {
    timers.push({ ms, then });
    return () => {};
  };
  const { ask, said } = person([/bot's token/, emulator.token], [/Is that you/, "Ctrl-C"]);
  const wizard = runWizard(parts(emulator, ask, { after }));
  const ended = expect(wizard).rejects.toThrow(Cancelled);
  await emulator.waitFor(() => timers[0] && emulator.calls("getUpdates").length > 0);
  expect(timers[0]?.ms).toBe(60_000);
  timers[0]?.then();
  expect(said.at(-1)).toMatch(/^Nobody has written to @\w+ yet\. Search for @\w+ in Telegram, press Start/);
  writes(emulator)();
  await ended;
});

test("somebody else's message is not taken for the person's", async () => {
  const emulator = await emulated();
  const stranger = { id: 666, is_bot: false, first_name: "Mallory" };
  emulator.addPrivateChat(stranger);
  emulator.sendText({ chatId: 666, text: "me!", from: stranger });
  writes(emulator)();
  const { ask } = person(
    [/bot's token/, emulator.token],
    [/Mallory \(id 666\)/, false],
    [/Robin/, true],
    [/Who may use/, "more"],
    [/Their user ids/, "7, 8"],
    [/tasks that name none/, "codex"],
    [/without a reply/, "stateless"],
    [/Should codex ask/, false],
  );
  const table = await runWizard(parts(emulator, ask));
  expect(table["transports"]).toMatchObject({
    telegram: { chat_id: emulator.privateChatId, allowed_user_ids: [emulator.person.id, 7, 8] },
  });
});

const COMMENTED = (emulator: Emulator) => `# my bot
default_engine = "codex" # the best

[transports.telegram] # ours
bot_token = "${emulator.token}" # secret
chat_id = ${emulator.privateChatId}
allowed_user_ids = [${emulator.person.id}] # me
api_root = "${emulator.url}"

[codex] # quiet
interactive = false
`;

test("over a config with comments it keeps what is confirmed, and every comment", async () => {
  const emulator = await emulated();
  const home = scratchHome();
  const file = join(home, ".takopi", "takopi.toml");
  mkdirSync(join(home, ".takopi"), { mode: 0o700 });
  writeFileSync(file, COMMENTED(emulator), { mode: 0o600 });
  const { code, stdout } = await call(setup, home, "--yes");
  expect({ code, asked: emulator.calls("getUpdates").length }).toEqual({ code: 0, asked: 0 });
  expect(stdout).not.toContain(emulator.token);
  const text = readFileSync(file, "utf8");
  for (const comment of ["# my bot", "# the best", "# ours", "# secret", "# me", "# quiet"])
    expect(text).toContain(comment);
  const before = parseToml(COMMENTED(emulator), "") as { transports: { telegram: object } };
  const wanted = { ...before.transports.telegram, session_mode: "stateless" };
  expect(parseToml(text, "")).toEqual({ ...before, transports: { telegram: wanted } });
});

test("engines are looked for where the config says they are, those that the config adds included", async () => {
  const emulator = await emulated();
  const home = scratchHome();
  mkdirSync(join(home, ".takopi"), { mode: 0o700 });
  const program = fileURLToPath(new URL("../../fixtures/children/answers-at-once.sh", import.meta.url));
  const tables = `[pi]\ncmd = "${program}"\n[engines.mine]\ntype = "acp"\ncmd = "not-there"\n`;
  writeFileSync(join(home, ".takopi/takopi.toml"), `${COMMENTED(emulator)}\n${tables}`, { mode: 0o600 });
  const { stdout } = await call(setup, home, "--yes");
  expect(stdout).toMatch(/ {2}pi \S+/);
  expect(stdout).toContain("  mine: not installed");
});

test("over a config with a topic group, in a repository that it has, it changes nothing else", async () => {
  const emulator = await emulated();
  const home = scratchHome();
  execFileSync("git", ["init", "-q", "-b", "main"], { cwd: home });
  const file = join(home, ".takopi", "takopi.toml");
  mkdirSync(join(home, ".takopi"), { mode: 0o700 });
  const topics = `session_mode = "chat"

[transports.telegram.topics] # one a branch
enabled = true
scope = "projects"

[projects.web] # mine
path = "~"
chat_id = ${emulator.groupId}
`;
  const text = `${COMMENTED(emulator).split("\n[codex]")[0]}${topics}`;
  writeFileSync(file, text, { mode: 0o600 });
  const { code } = await call(setup, home, "--yes");
  expect(code).toBe(0);
  const before = parseToml(text, "");
  expect(parseToml(readFileSync(file, "utf8"), "")).toEqual({
    ...before,
    codex: { interactive: true, approvals: "ask" },
  });
  for (const comment of ["# one a branch", "# mine"]) expect(readFileSync(file, "utf8")).toContain(comment);
});

test("a repository whose name another project has gets a name with a number", async () => {
  const emulator = await emulated();
  const table = {
    transports: { telegram: { bot_token: emulator.token, chat_id: 5, session_mode: "chat" } },
    codex: { interactive: true },
    projects: { Web: { path: "/other/web" }, "web-2": { path: "/more/web" } },
  };
  const repository = { path: "/src/web", isGit: true };
  const ask = askNobody({ stdout: new PassThrough() as never });
  const made = await runWizard(parts(emulator, ask, { table, repository, isAlone: true, token: emulator.token }));
  expect(made["projects"]).toMatchObject({ "web-3": { path: "/src/web" } });
});

test("--token and --yes need no terminal: only a message that is written now counts", async () => {
  const emulator = await emulated();
  emulator.addPrivateChat({ id: 666, is_bot: false, first_name: "Mallory" });
  emulator.sendText({ chatId: 666, text: "before", from: { id: 666, is_bot: false, first_name: "Mallory" } });
  const home = scratchHome();
  const called = callWith(
    { TAKOPI__TRANSPORTS__TELEGRAM__API_ROOT: emulator.url },
    setup,
    home,
    "--yes",
    "--token",
    emulator.token,
  );
  await emulator.waitFor(
    () => emulator.calls("getUpdates").some(({ payload }) => Number(payload["timeout"]) > 0) || undefined,
  );
  writes(emulator)();
  const { stdout, code } = await called;
  expect(code).toBe(0);
  expect(stdout).toContain("Wrote ~/.takopi/takopi.toml.");
  const table = parseToml(readFileSync(join(home, ".takopi", "takopi.toml"), "utf8"), "");
  expect(table["transports"]).toMatchObject({ telegram: { chat_id: emulator.privateChatId } });
});

test("without a terminal it names what to give, and writes nothing", async () => {
  const home = scratchHome();
  await expect(call(setup, home)).rejects.toThrow("use --token and --yes without one");
  await expect(call(setup, home, "--yes")).rejects.toThrow("give it with --token");
  expect(existsSync(join(home, ".takopi"))).toBe(false);
});
