import type { ToolCallContent } from "@agentclientprotocol/sdk/unstable";
import type { Action, ActionKind, FileChange } from "../../src/domain/events.ts";
import { relativePath } from "../../src/domain/relative.ts";
import { TOOLS_NAME } from "../../src/engine/pass.ts";
import { detailOf, previewEnd } from "../../src/engine/tools.ts";
import type { Call } from "./state.ts";

const KINDS: Readonly<Record<string, ActionKind>> = {
  execute: "command",
  edit: "file_change",
  delete: "file_change",
  move: "file_change",
  fetch: "web_search",
  // A sub-agent, as a rule. Its questions never reach the client (opencode 1.18.33), so that its silence is a sign.
  think: "note",
};

export const kindOf = ({ kind }: Call): ActionKind => KINDS[kind ?? ""] ?? "tool";

export function toAction(call: Call, cwd: string): Action {
  const kind = kindOf(call);
  const changes = kind === "file_change" ? changesOf(call) : [];
  const exitCode = exitCodeOf(call.rawOutput);
  const output = previewEnd(outputOf(call.content));
  const detail = detailOf({ exitCode, changes: changes.length > 0 ? changes : undefined, output });
  return { id: call.toolCallId, kind, title: titleOf(call, cwd), detail };
}

/** A command line as the agent would run it. */
export function commandOf({ rawInput }: Call): string | undefined {
  const command = field(rawInput, "command") ?? field(rawInput, "cmd");
  if (typeof command === "string" && command !== "") return command;
  if (!Array.isArray(command) || !command.every((word) => typeof word === "string")) return undefined;
  // `["bash", "-lc", line]` is how agents wrap a line.
  const [shell = "", flag = "", line, ...more] = command;
  if (/(?:^|\/)(?:ba|z)?sh$/.test(shell) && /^-l?c$/.test(flag) && line !== undefined && more.length === 0) return line;
  return command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

/** One of takopi's own tools, by the names that agents give to the tools of a server; its server is bound to the run. */
export const isOwnTool = (call: Call): boolean =>
  kindOf(call) === "tool" &&
  commandOf(call) === undefined &&
  pathsOf(call).length === 0 &&
  OWN_TOOL.test(call.name ?? call.title);

const OWN_TOOL = new RegExp(`^(?:mcp__|mcp\\.)?${TOOLS_NAME}[._/:]+[a-z_]+$`);

export const pathsOf = (call: Call): readonly string[] => [
  ...new Set([...diffsOf(call.content).map(({ path }) => path), ...(call.locations ?? []).map(({ path }) => path)]),
];

/** Whole files before and after would be too long to read: only lines that differ, each after its sign. */
export function toDiff(call: Call): string {
  return diffsOf(call.content)
    .map(({ oldText, newText }) => {
      const before = new Set((oldText ?? "").split("\n"));
      const after = new Set(newText.split("\n"));
      const gone = [...before].filter((line) => !after.has(line)).map((line) => `-${line}`);
      const come = [...after].filter((line) => !before.has(line)).map((line) => `+${line}`);
      return [...gone, ...come].join("\n");
    })
    .join("\n");
}

function titleOf(call: Call, cwd: string): string {
  const kind = kindOf(call);
  if (kind === "command") return commandOf(call) ?? call.title;
  const [path] = kind === "file_change" || call.kind === "read" ? pathsOf(call) : [];
  if (path === undefined) return call.title;
  const short = relativePath(path, cwd);
  return call.kind === "read" ? `read: \`${short}\`` : short;
}

function changesOf(call: Call): readonly FileChange[] {
  const added = new Set(diffsOf(call.content).flatMap(({ path, oldText }) => (oldText ? [] : [path])));
  const verb = (path: string) => (call.kind === "delete" ? "delete" : added.has(path) ? "add" : "update");
  return pathsOf(call).map((path) => ({ path, verb: verb(path) }));
}

const diffsOf = (content: readonly ToolCallContent[] = []) =>
  content.flatMap((part) => (part.type === "diff" ? [part] : []));

const outputOf = (content: readonly ToolCallContent[] = []): string =>
  content
    .flatMap((part) => (part.type === "content" && part.content.type === "text" ? [part.content.text] : []))
    .join("\n");

/** The protocol has no field for it; agents put it into these. */
function exitCodeOf(rawOutput: unknown): number | undefined {
  const places = [rawOutput, field(rawOutput, "metadata")];
  const found = places.flatMap((place) => ["exit_code", "exitCode", "exit"].map((name) => field(place, name)));
  return found.find((code): code is number => typeof code === "number");
}

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
