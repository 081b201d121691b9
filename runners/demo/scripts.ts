import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ToolUser } from "./agent.ts";
import { longAnswer, MARKDOWN_SAMPLE } from "./answers.ts";
import type { Session } from "./session.ts";
import { countLines, list, pretend, read, wait } from "./tools.ts";

const LONG_ANSWER_UNITS = 60_000;
const MAX_LISTED = 20;

export interface Scene {
  readonly agent: ToolUser;
  readonly session: Session;
  readonly prompt: string;
  readonly signal?: AbortSignal;
}

/** Plays one prompt; gives the answer, or the error that the model is to end with. */
export type Script<S extends Scene = Scene> = (
  scene: S,
) => Promise<{ readonly answer: string } | { readonly error: string }>;

/** The first whose words are in the prompt is played; else the files are listed. */
const SCRIPTS: readonly (readonly [RegExp, Script])[] = [
  [/\b(?:slow|sleep)\b/i, takeTime],
  [/\bsilent\b/i, sayNothing],
  [/\bfail\b/i, failAtIt],
  [/\blong\b/i, async () => ({ answer: longAnswer(LONG_ANSWER_UNITS) })],
  [/\bmarkdown\b/i, async () => ({ answer: MARKDOWN_SAMPLE })],
  [/\bask\b/i, askBack],
  [/\b(?:before|again|remember|continue)\b/i, recall],
];

export function findScript(prompt: string): Script {
  return SCRIPTS.find(([words]) => words.test(prompt))?.[1] ?? listFiles;
}

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

async function listFiles({ agent, session: { cwd, turns } }: Scene) {
  const names = (await agent.use("I look at what is here.", list(cwd))).text.split("\n").filter((name) => name !== "");
  const files = names.filter((name) => !name.endsWith("/"));
  const readme = files.find((name) => /^readme/i.test(name));
  const begins = readme === undefined ? "" : (await agent.use("", read(cwd, readme))).text;
  const counted = files.filter((name) => /\.(?:md|ts|js|json|toml|txt|py|rs|go)$/i.test(name)).slice(0, 5);
  const counts = counted.length === 0 ? "" : (await agent.use("Now their sizes.", countLines(cwd, counted))).text;
  return {
    answer: [
      `## What is in \`${basename(cwd) || "/"}\``,
      names.length === 0
        ? "Nothing yet."
        : `${many(names.length - files.length, "folder")} and ${many(files.length, "file")}:`,
      names.slice(0, MAX_LISTED).map(toItem).join("\n"),
      names.length > MAX_LISTED ? `- and ${names.length - MAX_LISTED} more` : "",
      counts === "" ? "" : toTable(counts),
      begins === ""
        ? ""
        : `\`${readme}\` begins:\n\n\`\`\`\`markdown\n${begins.trim().split("\n").slice(0, 6).join("\n")}\n\`\`\`\``,
      turns.length === 0
        ? "*This is a scripted engine: nothing was asked of a model.* Reply to continue, or try `markdown`, `long`, `fail`, `sleep 30` or `ask`."
        : `This is turn ${turns.length + 1} of our thread; before it you asked: “${lastPrompt(turns)}”.`,
    ]
      .filter((part) => part !== "")
      .join("\n\n"),
  };
}

async function takeTime({ agent, prompt }: Scene) {
  const seconds = Math.min(Number(/\d+/.exec(prompt)?.[0] ?? 30), 3600);
  await agent.use("This takes a while. Try the Stop button.", wait(seconds));
  return { answer: `Slept for ${seconds} s, and nobody stopped me.` };
}

async function sayNothing({ prompt, signal }: Scene) {
  const seconds = Math.min(Number(/\d+/.exec(prompt)?.[0] ?? 30), 3600);
  await sleep(seconds * 1000, undefined, { ...(signal && { signal }) });
  return { answer: `Said nothing for ${seconds} s.` };
}

async function failAtIt({ agent, session }: Scene) {
  await agent.use("I look at what is here.", list(session.cwd));
  await agent.use("Now the tests.", pretend("npm test", { text: "1 failed, 41 passed", exitCode: 1 }));
  return { error: "529: the model is overloaded (this failure is a part of the demo)" };
}

async function askBack({ agent, session }: Scene) {
  await agent.use("I look at what is here.", list(session.cwd));
  return {
    answer: "There are two ways:\n\n1. the quick one\n2. the thorough one\n\nWhich do you want? Reply to tell me.",
  };
}

async function recall({ session: { turns } }: Scene) {
  if (turns.length === 0) return { answer: "Nothing was said before: this is a new thread." };
  const said = turns.map(
    ({ prompt, answer }, index) => `${index + 1}. “${prompt}” — I wrote ${answer.length} characters.`,
  );
  return { answer: `Before this you said:\n\n${said.join("\n")}` };
}

const lastPrompt = (turns: Session["turns"]): string => turns.at(-1)?.prompt.slice(0, 200) ?? "";

const toItem = (name: string): string => `- \`${name}\``;

function toTable(counts: string): string {
  const rows = counts.split("\n").map((line) => line.replace(/^(\d+) (.*)$/, "| `$2` | $1 |"));
  return ["| File | Lines |", "|:-----|------:|", ...rows].join("\n");
}
