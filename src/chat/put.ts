import { checkFiles } from "../bridge/file-limits.ts";
import { resolvePath } from "../bridge/resolve-path.ts";
import type { Config } from "../config/config.ts";
import { writeContext } from "../domain/context.ts";
import { parseCommand } from "../domain/directives.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { UserError } from "../errors.ts";
import type { DispatchParts } from "./dispatch.ts";
import type { Group } from "./join.ts";

/** Files, and what came with them. */
export type Sent = Pick<Group, "first" | "ownText" | "files" | "updateIds">;

const HOW = "send the file with the caption `/file put path`, or `/file put folder/`";

/**
 * The words after `/file put`, or "" if files are to be stored without a command; undefined if they belong to a task.
 *
 * @throws UserError that says how to send them.
 */
export function putWords({ files, ownText }: Sent, { telegram }: Config): string | undefined {
  if (files.length === 0) return undefined;
  const command = parseCommand(ownText);
  if (command?.name === "file") {
    const [, words] = /^put(?:\s+(.*))?$/s.exec(command.args) ?? [undefined, undefined];
    if (!/^put\b/.test(command.args)) throw new UserError(`To store a file, ${HOW}.`, { code: "usage" });
    return words ?? "";
  }
  const { auto_put: isAutomatic = true, auto_put_mode: mode = "prompt" } = telegram?.files ?? {};
  if (isAutomatic && mode === "prompt") return undefined;
  if (isAutomatic && ownText.trim() === "") return "";
  const key = isAutomatic ? '`auto_put_mode = "prompt"`' : "`auto_put = true`";
  throw new UserError(`Files are no tasks here: ${HOW}, or set ${key} in \`[transports.telegram.files]\`.`);
}

interface PutParts extends DispatchParts {
  /** The bridge ends: the files are stored at its next start. */
  readonly signal: AbortSignal;
  /** Tells what `work` gives, or what it throws; the updates are settled then. */
  readonly settle: (work: () => string) => void;
}

/** Stores files where the words say, and tells where they are. */
export async function put(sent: Sent, words: string, parts: PutParts): Promise<void> {
  try {
    const told = await putAll(sent, words, parts);
    parts.settle(() => told);
  } catch (error) {
    if (parts.signal.aborted) return;
    parts.settle(() => {
      throw error;
    });
  }
}

async function putAll({ first, files }: Sent, words: string, parts: PutParts): Promise<string> {
  const { bridge, signal } = parts;
  const config = parts.config();
  checkFiles(files, first.userId, config);
  const { context, path: rest } = resolvePath(words, first, { ...parts, config });
  const { path, isForced } = readPath(rest);
  const wanted = files.length > 1 && path !== "" && !path.endsWith("/") ? `${path}/` : path;
  const branch = context?.branch === undefined ? {} : { branch: context.branch };
  const results = await bridge.putFiles(files, {
    place: context ? { project: context.project, ...branch } : {},
    to: wanted === "" ? undefined : { path: wanted, isForced },
    signal,
  });
  const where = context ? ` in ${inlineCode(writeContext(context))}` : "";
  const lines = results.map((result, index) =>
    result instanceof UserError
      ? `${inlineCode(files[index]?.name ?? "")} was not saved: ${result.userText}`
      : `Saved ${inlineCode(result.shown)}${where} (${sizeOf(result.size)}).`,
  );
  return lines.length === 1 ? lines.join("") : lines.map((line) => `- ${line}`).join("\n");
}

function readPath(text: string): { readonly path: string; readonly isForced: boolean } {
  const [, flags = "", path = ""] = /^((?:--\S+\s*)*)(.*)$/s.exec(text) ?? [];
  const unknown = flags.split(/\s+/).find((flag) => flag !== "" && flag !== "--force");
  if (unknown !== undefined) throw new UserError(`${inlineCode(unknown)} is not known: there is \`--force\`.`);
  return { path, isForced: flags !== "" };
}

/** `900 B`, `1.5 KiB`, `10 MiB`. */
function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [value, unit] = bytes < 1024 * 1024 ? [bytes / 1024, "KiB"] : [bytes / 1024 / 1024, "MiB"];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}
