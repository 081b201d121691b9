import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { testedVersions } from "../../runners/tested-versions.ts";
import { command as doctor } from "../../src/cli/doctor.ts";
import { call, callWith, scratchHome } from "./calling.ts";

const TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc";
let server: Server;
let apiRoot: string;

let webhook = "";
let readsAll = true;
let isForum = false;
/** What Telegram says of the bot in the group -9. */
let member: object = { status: "member" };

let admins: object[] = [];
let movedTo: number | undefined;

/** Knows one token, the chat 5, and the groups -8, which is now another one, and -9. */
async function answer(request: IncomingMessage): Promise<object> {
  let body = "";
  for await (const chunk of request) body += chunk;
  const refuse = (error_code: number, description: string) => ({ ok: false, error_code, description });
  const parameters = movedTo === undefined ? {} : { parameters: { migrate_to_chat_id: movedTo } };
  if (!request.url?.startsWith(`/bot${TOKEN}/`)) return refuse(401, "Unauthorized");
  if (request.url.endsWith("/getMe"))
    return {
      ok: true,
      result: { id: 1, is_bot: true, first_name: "T", username: "tako_bot", can_read_all_group_messages: readsAll },
    };
  if (request.url.endsWith("/getWebhookInfo")) return { ok: true, result: { url: webhook } };
  if (request.url.endsWith("/getChatAdministrators")) return { ok: true, result: admins };
  if (request.url.endsWith("/getChatMember")) return { ok: true, result: member };
  const { chat_id } = JSON.parse(body) as { chat_id: number };
  if (Number(chat_id) === -8) {
    return { ...refuse(400, "Bad Request: group chat was upgraded to a supergroup chat"), ...parameters };
  }
  if (Number(chat_id) === -9)
    return {
      ok: true,
      result: { id: -9, type: isForum ? "supergroup" : "group", title: "Us", ...(isForum && { is_forum: true }) },
    };
  if (Number(chat_id) !== 5) return refuse(400, "Bad Request: chat not found");
  return { ok: true, result: { id: 5, type: "private", first_name: "Ada" } };
}

beforeAll(async () => {
  server = createServer((request, response) => {
    void answer(request).then((result) => response.end(JSON.stringify(result)));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  apiRoot = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((closed) => server.close(closed)));

function configured(text: string): string {
  const home = scratchHome();
  const file = join(home, ".takopi", "takopi.toml");
  mkdirSync(dirname(file));
  writeFileSync(file, text, { mode: 0o600 });
  return home;
}

const telegram = (token: string, chat = 5) =>
  `[transports.telegram]\napi_root = "${apiRoot}"\nbot_token = "${token}"\nchat_id = ${chat}\n`;

interface Check {
  readonly name: string;
  readonly state: string;
  readonly detail: string;
  readonly fix?: string;
}

async function check(home: string) {
  const { code, stdout } = await call(doctor, home, "--json");
  const checks = JSON.parse(stdout) as Check[];
  return { code, stdout, find: (name: string) => checks.find((one) => one.name === name) };
}

test("says of each part how it is, and that the token was accepted", async () => {
  const home = configured(`${telegram(TOKEN)}[projects.here]\npath = "."\n`);
  const { find, stdout } = await check(home);
  expect(find("config")).toMatchObject({ state: "ok", detail: join(home, ".takopi", "takopi.toml") });
  expect(find("telegram token")).toMatchObject({ state: "ok", detail: "@tako_bot" });
  expect(find("chat 5")).toMatchObject({ state: "ok", detail: "private, Ada" });
  expect(find("group safety")).toMatchObject({ state: "ok", detail: "private chats only" });
  expect(find("git")).toMatchObject({ state: "ok" });
  expect(find("state file")).toMatchObject({ state: "ok" });
  expect(find("project here")).toMatchObject({ state: "ok" });
  expect(stdout).not.toContain(TOKEN);
});

test("names what engines leave out of a project that is not trusted, and nothing of one that is", async () => {
  const home = configured(
    `${telegram(TOKEN)}[projects.here]\npath = "."\n[projects.there]\npath = "."\ntrusted = true\n`,
  );
  writeFileSync(join(home, ".takopi", "opencode.json"), "{}");
  const { find } = await check(home);
  expect(find("project here")?.detail).toContain(
    "left out: opencode.json: permissions, MCP servers, plugins (opencode)",
  );
  expect(find("project here")?.fix).toContain("takopi config set projects.here.trusted true");
  expect(find("project there")).toEqual({ name: "project there", state: "ok", detail: `${home}/.takopi, trusted` });
});

test("a token that Telegram does not know is an error with its mend, and is not shown", async () => {
  const { code, find, stdout } = await check(configured(telegram("987654321:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-xx")));
  expect(code).toBe(1);
  expect(find("telegram token")).toMatchObject({ state: "error", detail: 'Telegram says "Unauthorized"' });
  expect(find("telegram token")?.fix).toContain("@BotFather");
  expect(find("chats")).toMatchObject({ state: "warning" });
  expect(stdout).not.toContain("AAEh");
});

test("a chat that the bot cannot see, an open group and a lost project are errors", async () => {
  const { code, find } = await check(configured(`${telegram(TOKEN, -7)}[projects.gone]\npath = "/nowhere/at/all"\n`));
  expect(code).toBe(1);
  expect(find("chat -7")).toMatchObject({ state: "error", detail: 'Telegram says "chat not found"' });
  expect(find("group safety")).toMatchObject({ state: "error" });
  expect(find("project gone")).toMatchObject({ state: "error", detail: "/nowhere/at/all is no directory" });
});

test("a damaged state file is an error, and stays as it is", async () => {
  const home = configured(telegram(TOKEN));
  writeFileSync(
    join(home, ".takopi", "takopi.db"),
    "this is no database, and long enough to be read as one ".repeat(20),
  );
  const { code, find } = await check(home);
  expect(code).toBe(1);
  expect(find("state file")).toMatchObject({ state: "error", detail: expect.stringContaining("takopi.db") });
});

test("a file that others can read is a warning", async () => {
  const home = configured(telegram(TOKEN));
  const file = join(home, ".takopi", "takopi.toml");
  chmodSync(file, 0o644);
  const { stdout } = await call(doctor, home);
  expect(stdout).toContain(`chmod 600 ${file}`);
});

test("a broken config is an error, and what needs none is still checked", async () => {
  const { code, find } = await check(configured("x = ["));
  expect(code).toBe(1);
  expect(find("config")).toMatchObject({ state: "error", detail: expect.stringContaining("line 1, column 5") });
  expect(find("git")).toMatchObject({ state: "ok" });
});

test("without a config it says where to write one", async () => {
  const { code, find } = await check(scratchHome());
  expect(code).toBe(1);
  expect(find("config")).toMatchObject({ state: "warning", fix: expect.stringContaining("takopi demo") });
  expect(find("telegram")).toMatchObject({ state: "error", detail: "not configured" });
});

test("a webhook on the token is an error that says how to remove it, without its address's secrets", async () => {
  webhook = "https://other.example/hook?key=secret";
  onTestFinished(() => {
    webhook = "";
  });
  const { code, find, stdout } = await check(configured(telegram(TOKEN)));
  expect(code).toBe(1);
  expect(find("webhook")).toMatchObject({
    state: "error",
    detail: "a webhook is set on the token (other.example), so takopi gets no messages",
    fix: "Run `takopi setup`: it offers to remove the webhook.",
  });
  expect(stdout).not.toContain("secret");
});

test.each([
  [{ status: "kicked" }, true, "error", "the bot is no member there", "Add the bot to the group."],
  [{ status: "restricted", can_send_messages: false }, true, "error", "the bot may not write there", "administrator"],
  [{ status: "member" }, false, "ok", "privacy mode", "/setprivacy at @BotFather"],
  [{ status: "administrator" }, false, "ok", "group, Us", undefined],
])("what the bot may do in a group is told: %j", async (status, all, state, detail, fix) => {
  member = status;
  readsAll = all;
  onTestFinished(() => {
    readsAll = true;
  });
  const group = (await check(configured(`${telegram(TOKEN, -9)}allowed_user_ids = [1]\n`))).find("chat -9");
  expect(group).toMatchObject({ state, detail: expect.stringContaining(detail) });
  if (fix === undefined) expect(group?.fix).toBeUndefined();
  else expect(group?.fix).toContain(fix);
});

test.each<[boolean, object, string, string]>([
  [false, { status: "administrator", can_manage_topics: true }, "warning", "the group has none"],
  [true, { status: "administrator", can_manage_topics: false }, "error", "the bot may not make or name them"],
  [true, { status: "administrator", can_manage_topics: true }, "ok", "on"],
])(
  "of served topics (switched on: %s) in a group in which the bot is %j it says %s: %s",
  async (on, is, state, detail) => {
    isForum = on;
    member = is;
    onTestFinished(() => {
      isForum = false;
      member = { status: "member" };
    });
    const topics = "[transports.telegram.topics]\nenabled = true\n";
    const { find } = await check(configured(`${telegram(TOKEN, -9)}allowed_user_ids = [1]\n${topics}`));
    expect(find("topics of chat -9")).toMatchObject({ state, detail });
  },
);

test("a private chat whose topics are to be served needs Threaded Mode, unless all chats are served", async () => {
  const topics = "[transports.telegram.topics]\nenabled = true\n";
  const main = await check(configured(`${telegram(TOKEN)}${topics}`));
  expect(main.find("topics of chat 5")).toMatchObject({
    state: "warning",
    fix: expect.stringContaining("Threaded Mode"),
  });
  const all = await check(configured(`${telegram(TOKEN)}${topics}scope = "all"\n`));
  expect(all.find("topics of chat 5")).toBeUndefined();
});

test("a group that became a supergroup has another id", async () => {
  const { find } = await check(configured(`${telegram(TOKEN, -8)}allowed_user_ids = [1]\n`));
  expect(find("chat -8")?.fix).toBe("Its id has changed: `takopi chat-id` prints the new one.");
  movedTo = -1008;
  onTestFinished(() => {
    movedTo = undefined;
  });
  const told = await check(configured(`${telegram(TOKEN, -8)}allowed_user_ids = [1]\n`));
  expect(told.find("chat -8")?.fix).toBe(
    "Its id is -1008 now: put that in the place of the old one in transports.telegram.chat_id.",
  );
});

test("an allowed administrator who writes anonymously is named, since nobody can tell who writes", async () => {
  const admin = { status: "administrator", is_anonymous: true };
  admins = [
    { ...admin, user: { id: 1, first_name: "Ada" } },
    { ...admin, user: { id: 2, first_name: "Eve" } },
  ];
  onTestFinished(() => {
    admins = [];
  });
  const { find } = await check(configured(`${telegram(TOKEN, -9)}allowed_user_ids = [1]\n`));
  expect(find("anonymous administrators of chat -9")).toMatchObject({
    state: "warning",
    detail: "Ada writes there in the group's name, so the bot cannot tell who it is",
    fix: expect.stringContaining("Remain anonymous"),
  });
});

test("a proxy that the config or NO_PROXY decides about is named, and one of another kind is an error", async () => {
  const table = '[transports.telegram]\napi_root = "http://127.0.0.1:1"\nbot_token = "1:x"\nchat_id = 5\n';
  const own = await callWith({}, doctor, configured(`${table}proxy = "http://127.0.0.1:2"\n`));
  expect(own.stdout).toContain("transports.telegram.proxy names a proxy");
  const env = { HTTPS_PROXY: "http://127.0.0.1:2", NO_PROXY: "127.0.0.1" };
  const left = await callWith(env, doctor, configured(table));
  expect(left.stdout).toContain("and that $NO_PROXY does not leave Telegram out.");
  vi.stubEnv("ALL_PROXY", "socks5://127.0.0.1:2");
  vi.stubEnv("NO_PROXY", "");
  onTestFinished(() => void vi.unstubAllEnvs());
  const other = await callWith({}, doctor, configured(table));
  expect(other.stdout).toContain("The proxy of the environment is no HTTP proxy");
});

test("a Telegram that cannot be reached is a matter of the network and its proxy, not of the token", async () => {
  const home = configured('[transports.telegram]\napi_root = "http://127.0.0.1:1"\nbot_token = "1:x"\nchat_id = 5\n');
  const { stdout } = await callWith({ HTTPS_PROXY: "http://127.0.0.1:2" }, doctor, home);
  expect(stdout).toContain("Telegram cannot be reached (getMe: ECONNREFUSED)");
  expect(stdout).toContain("$HTTPS_PROXY names a proxy: check that it is the right one.");
});

/** A program in an engine's place: its version, and what it prints for anything else. */
function engine(prints: string, version = "codex-cli 0.169.0"): string {
  const file = join(scratchHome(), "engine");
  const told = version === "" ? "exit 1" : `echo '${version}'; exit`;
  writeFileSync(file, `#!/bin/sh\n[ "$1" = --version ] && { ${told}; }\ncat <<'END'\n${prints}\nEND\n`);
  chmodSync(file, 0o755);
  return file;
}

test("an engine whose configuration is broken is not ok: file, line and what to do", async () => {
  const broken = 'Error loading configuration: /home/me/.codex/config.toml:1:11: invalid basic string, expected `"`';
  const { find } = await check(configured(`${telegram(TOKEN)}[codex]\ncmd = "${engine(broken)}"\n`));
  expect(find("engine codex (default)")).toMatchObject({
    state: "error",
    fix: `Codex cannot read its configuration (${broken.split("configuration: ")[1]}): correct the file, every run fails until then.`,
  });
  const { find: findSound } = await check(configured(`${telegram(TOKEN)}[codex]\ncmd = "${engine("Logged in")}"\n`));
  expect(findSound("engine codex (default)")).toMatchObject({ state: "ok" });
});

test.each([
  ["a version line of its own", "opencode", "", "2.0.4", "speaks a protocol of its own"],
  ["a version that is too old", "opencode", "", "1.1.0", "too old"],
  ["no provider", "opencode", "", "1.18.33", "has no models; run `opencode auth login`"],
  [
    "a file that is no JSON",
    "opencode",
    "Config file at /home/me/opencode.json is not valid JSON(C)\n\nCloseBraceExpected at line 3, column 7",
    "1.18.33",
    "cannot read /home/me/opencode.json:3:7",
  ],
  ["an update notice for a version", "pi", "", "Update available: 9.9.9 is out", "gives no version"],
  ["a start that fails", "pi", "", "", "gives no version"],
  [
    "a models file that it cannot read",
    "pi",
    "Warning: errors loading models.json:\nUnexpected token\n\nFile: /home/me/models.json",
    "0.74.2",
    "cannot read /home/me/models.json: Unexpected token",
  ],
  ["no login", "pi", "No models available.", "0.74.2", "run `pi` and /login"],
])("an engine with %s is not ok, and what to do is said", async (_, id, prints, version, says) => {
  const { find } = await check(configured(`${telegram(TOKEN)}[${id}]\ncmd = "${engine(prints, version)}"\n`));
  expect(find(`engine ${id}`)).toMatchObject({ state: "warning", fix: expect.stringContaining(says) });
});

test.each([
  ["[opencode]\ninteractive = true\nextra_args = ['--print-logs']", "serve_args"],
  ["[opencode]\npermission = 'ask'", "permission"],
  ["[plugins]\nenabled = []", "without effect: [plugins]"],
])("a key that does nothing is a warning: %j", async (table, says) => {
  const { stdout } = await check(configured(`${telegram(TOKEN)}${table}\n`));
  expect(stdout).toContain(says);
});

test("voice is off, or its program, key or service is found wanting", async () => {
  const voice = async (text: string) => (await check(configured(`${telegram(TOKEN)}[voice]\n${text}\n`))).find("voice");
  expect((await check(configured(telegram(TOKEN)))).find("voice")).toMatchObject({ state: "ok" });
  expect(await voice('command = "no-such-program -f"')).toMatchObject({
    ...{ state: "error", detail: "no-such-program is not there", fix: "Install it, or correct voice.command." },
  });
  expect(await voice('command = "sh -f"')).toMatchObject({ state: "ok" });
  expect(await voice("")).toMatchObject({ state: "error", fix: expect.stringContaining("Set voice.api_key") });
  const here = `base_url = "${apiRoot}"`;
  expect(await voice(here)).toMatchObject({ state: "error", fix: expect.stringContaining("Set voice.allow_private") });
  expect(await voice(`${here}\nallow_private = true`)).toMatchObject({ state: "ok" });
});

test("an engine that lacks what takopi needs is named with what is lost, and those that are not there are no fault", async () => {
  const home = configured(`${telegram(TOKEN)}[claude]\ncmd = "${engine("--print --output-format --verbose")}"\n`);
  const { code, stdout } = await call(doctor, home, "--engines", "--json");
  const checks = JSON.parse(stdout) as Check[];
  const found = checks.find(({ name }) => name === "engine claude");
  expect(found).toMatchObject({
    state: "warning",
    fix: expect.stringContaining("claude has no flag --resume, so this does not work: replies."),
  });
  expect(found?.fix).toContain("Install a version that was tested (2.1");
  expect(checks.every(({ name }) => name.startsWith("engine "))).toBe(true);
  expect(code).toBe(0);
});

test.each([
  ["9.0.0", /Install a version that was tested \(0\.\d+\.\d+\), or update takopi\.\n/],
  [
    testedVersions.codex[0],
    /0\.\d+\.\d+ had all of this when it was tested: install it again, or set codex\.cmd to another/,
  ],
])("doctor --engines says what to do about a codex %s that lacks something", async (version, fix) => {
  const home = scratchHome();
  writeFileSync(join(home, "codex"), `#!/bin/sh\necho "codex-cli ${version}"\n`, { mode: 0o755 });
  const { stdout } = await callWith({ PATH: `${home}:/bin:/usr/bin` }, doctor, home, "--engines");
  expect(stdout).toMatch(fix);
});
