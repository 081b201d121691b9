import { basename } from "node:path";
import { readValue } from "../../config/keys.ts";
import { isTable, type Table } from "../../domain/table.ts";
import type { ApiServer } from "../../telegram/proxy.ts";
import type { Repository } from "../repository.ts";
import { type Answers, withAnswers } from "./answers.ts";
import type { Ask, Option } from "./ask.ts";
import { findBot } from "./bot.ts";
import { type FirstMessageParts, waitForMessage } from "./first-message.ts";

/** An engine as the wizard shows it. */
export interface FoundEngine {
  readonly id: string;
  readonly label: string;
  /** undefined if it is not installed. */
  readonly version: string | undefined;
  readonly problem: string | undefined;
}

export interface WizardParts extends Omit<FirstMessageParts, "isAlone"> {
  readonly ask: Ask;
  /** `--yes` */
  readonly isAlone: boolean;
  /** `--token` */
  readonly token: string | undefined;
  /** The config as it is, without the environment's part. */
  readonly table: Table;
  readonly server: ApiServer;
  readonly engines: readonly FoundEngine[];
  /** Around the working directory; undefined if git knows none, or it is a project already. */
  readonly repository: Repository | undefined;
}

/** Asks for what a bridge needs. Nothing is written: the result is the whole config. */
export async function runWizard(parts: WizardParts): Promise<Table> {
  const { ask, table, token: given, server, signal } = parts;
  const stored = textAt(table, "transports.telegram.bot_token");
  const bot = await findBot({ ask, given, stored, server, signal });
  const access = await askAccess(parts, bot);
  const engine = await askEngine(parts);
  const answers: Answers = {
    token: bot.token,
    ...access,
    sessionMode: await askWorkflow(parts),
    engine,
    asking: await askApprovals(parts, engine),
    project: await askProject(parts),
  };
  return withAnswers(table, answers);
}

async function askAccess(parts: WizardParts, bot: Parameters<typeof waitForMessage>[0]) {
  const { ask, table } = parts;
  const known = readValue(table, ["transports", "telegram", "chat_id"]);
  const kept = { chatId: undefined, userIds: undefined, isOpenGroup: false };
  if (known !== undefined && (await ask.confirm(`Keep chat ${known} and who may use it?`, true))) return kept;
  const sender = await waitForMessage(bot, parts);
  const { chatId, userId, userName } = sender;
  const isGroup = sender.chatKind !== "private";
  const options: Option<"me" | "more" | "all">[] = [
    { value: "me", label: `Only you: ${userName} (${userId})` },
    { value: "more", label: "You, and others whose ids you give" },
    ...(isGroup ? [{ value: "all" as const, label: "Everyone in the group", hint: "they can run commands here" }] : []),
  ];
  const choice = await ask.choose("Who may use the bot? They can run commands on this machine.", options, "me");
  if (choice === "all") return { chatId, userIds: [], isOpenGroup: true };
  return { chatId, userIds: [userId, ...(choice === "more" ? await askIds(ask) : [])], isOpenGroup: false };
}

async function askIds(ask: Ask): Promise<number[]> {
  const answer = await ask.text("Their user ids, with commas between them", "", (given) =>
    /^\d+(\s*,\s*\d+)*$/.test(given) ? undefined : "Numbers with commas between them, such as 123456789, 987654321.",
  );
  return answer.split(",").map(Number);
}

async function askEngine({ ask, engines, table }: WizardParts): Promise<string> {
  ask.say(["Engines on this machine:", ...engines.map(describe)].join("\n"));
  const current = textAt(table, "default_engine");
  // The one that the config names stays a choice: it may be installed later.
  const choices = engines.filter(({ id, version }) => version !== undefined || id === current);
  const proposal = choices.find(({ id }) => id === current)?.id ?? choices[0]?.id ?? current ?? "codex";
  if (engines.every(({ version }) => version === undefined))
    ask.say("None is installed yet. Install one, such as `npm install -g @openai/codex`, and log in to it.");
  if (choices.length < 2) return proposal;
  return ask.choose(
    "Which one runs tasks that name none?",
    choices.map(({ id, label, version }) => ({
      ...{ value: id, label },
      ...(version === undefined && { hint: "not installed" }),
    })),
    proposal,
  );
}

function describe({ label, version, problem }: FoundEngine): string {
  if (version === undefined) return `  ${label}: not installed`;
  return `  ${label} ${version}${problem === undefined ? "" : `: ${problem}`}`;
}

function askWorkflow({ ask, table }: WizardParts): Promise<"stateless" | "chat"> {
  const current = textAt(table, "transports.telegram.session_mode") === "chat" ? "chat" : "stateless";
  return ask.choose(
    "What does a message without a reply do?",
    [
      { value: "stateless", label: "It starts a new session", hint: "reply to continue one" },
      { value: "chat", label: "It continues the chat's last session", hint: "/new starts a new one" },
    ],
    current,
  );
}

async function askApprovals({ ask, table }: WizardParts, engine: string): Promise<string[]> {
  const isOn = readValue(table, [engine, "interactive"]);
  if (isOn !== undefined) return [];
  const message = `Should ${engine} ask in the chat before it leaves its sandbox or does what it may not?`;
  return (await ask.confirm(message, true)) ? [engine] : [];
}

async function askProject({ ask, repository, table }: WizardParts): Promise<Answers["project"]> {
  if (!repository) return undefined;
  const proposal = basename(repository.path)
    .replace(/\.git$/, "")
    .replace(/[^\w-]+/g, "-");
  if (!(await ask.confirm(`Register ${repository.path} as a project?`, true))) return undefined;
  const taken = new Set(Object.keys(isTable(table["projects"]) ? table["projects"] : {}).map(lower));
  const numbered = [proposal, ...Array.from(taken, (_, index) => `${proposal}-${index + 2}`)];
  const free = numbered.find((name) => !taken.has(lower(name))) ?? proposal;
  const alias = await ask.text("Its name in the chat, as in /name", free, (given) => {
    if (!/^[\w-]+$/.test(given)) return "Letters, digits, _ and - only.";
    return taken.has(lower(given)) ? "There is a project of that name." : undefined;
  });
  return { alias, repository };
}

const lower = (name: string): string => name.toLowerCase();

function textAt(table: Table, key: string): string | undefined {
  const value = readValue(table, key.split("."));
  return typeof value === "string" ? value : undefined;
}
