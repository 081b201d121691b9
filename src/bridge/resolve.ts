import type { Config } from "../config/config.ts";
import { presetEngine } from "../config/presets.ts";
import { hasTopics } from "../config/topics.ts";
import { type Context, parseContext } from "../domain/context.ts";
import { type Directives, parseDirectives } from "../domain/directives.ts";
import type { ResumeToken } from "../domain/events.ts";
import type { PromptFile } from "../domain/files.ts";
import type { Author, Origin } from "../domain/origin.ts";
import { findResume, stripResume } from "../domain/resume.ts";
import type { Engine } from "../engine/contract.ts";
import { UserError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { knownSession, type StoredRun } from "../store/stored-run.ts";
import { findProject, namesIn, settingsOf } from "./settings.ts";

/** A prompt as it came from a chat, forwards and split pastes already joined to it. */
export interface Prompt {
  readonly chatId: string;
  readonly topicId: string | undefined;
  /** The message that asks; progress and answer reply to it. Absent if no message did. */
  readonly messageId: string | undefined;
  /** A message unless told otherwise. */
  readonly origin?: Origin | undefined;
  readonly userId: string | undefined;
  readonly isPrivate: boolean;
  readonly text: string;
  readonly files?: readonly PromptFile[] | undefined;
  /** The replied-to message; its text with rich blocks flattened. */
  readonly reply:
    | { readonly messageId: string; readonly text: string; readonly author?: Author | undefined }
    | undefined;
  /** The part of `text` that the person wrote, if not all of it: the rest was forwarded or quoted. */
  readonly ownText?: string | undefined;
  /** The run to continue, whatever the text says: for forwards that came after their prompt, and for buttons. */
  readonly follows?: string | undefined;
}

/** The resolved prompt. */
export interface Resolved {
  readonly engine: string;
  readonly context: Context | undefined;
  readonly resume: string | undefined;
  readonly follows: string | undefined;
  /** Names from the message and its session, in the order in which they apply. */
  readonly presets: readonly string[];
  readonly prompt: string;
  /** Names in the message itself. */
  readonly named: Omit<Directives, "prompt">;
  /** Where the chat's newest run is remembered, in session_mode = "chat". */
  readonly conversation: string | undefined;
}

/** Directives without a task after them. */
export class BareDirectives extends UserError {
  readonly named: Resolved["named"];
  constructor(text: string, named: Resolved["named"]) {
    super(`Nothing was started: add the task, as in \`${text} fix the tests\`.`, { code: "usage" });
    this.named = named;
  }
}

export interface ResolveParts {
  readonly config: Config;
  readonly engines: readonly Engine[];
  readonly store: Store;
  readonly botName: string;
  /** `takopi <engine>`: for new threads, over the configured default. */
  readonly engineOverride: string | undefined;
}

/**
 * Decides engine, project, branch and session of a prompt.
 *
 * Session: a resume line in the message, the run of the replied-to message, a resume line in the replied-to text, the
 * conversation's newest run (same project and branch), else a new one. A session decides the engine.
 * Context: the replied-to run's or ctx line, directives, what the conversation is bound to, the project of this chat,
 * default_project, none. Engine: directive, preset of the message, then the setting of the conversation, see `SETTINGS`.
 *
 * @throws UserError for directives that stand twice or before nothing, and for projects that are not configured.
 */
export function resolvePrompt(prompt: Prompt, parts: ResolveParts): Resolved {
  const { config, engines, store } = parts;
  const settings = settingsOf(prompt, parts);
  const ambient = settings.context()?.context;
  const directives = parseDirectives(prompt.text, {
    engines: engines.map(({ id }) => id),
    projects: [...config.projects.keys()],
    presets: [...config.presets.keys()],
    botName: parts.botName,
    hasProject: ambient !== undefined,
  });
  const { prompt: task, ...named } = directives;
  if (task.trim() === "" && prompt.text.trim() !== "") throw new BareDirectives(prompt.text.trim(), named);
  const text = stripResume(task, engines);
  const own = findResume(prompt.ownText ?? task, engines);
  const replied = repliedRun(prompt, store);
  const token = own ?? (replied ? undefined : findResume(trustedLines(prompt, parts.botName), engines));
  const conversation = conversationKey(prompt, config);
  const known = replied ?? (token && store.runs.bySession(token.engine, token.value));
  const context = known
    ? contextOf(known)
    : (lineContext(trustedLines(prompt, parts.botName), config) ?? withDirectives(ambient, directives));
  const common = { context, prompt: text, named, conversation, presets: named.presets };
  if (token) return keepPresets({ ...common, ...bySession(token) }, known, config);
  if (replied) return keepPresets({ ...common, ...byRun(replied) }, known, config);
  const engine = directives.engine ?? presetEngine(named.presets, config) ?? settings.engine(context?.project).value;
  const latest = conversation === undefined ? undefined : latestRun(conversation, engine, context, store);
  if (latest) return keepPresets({ ...common, ...byRun(latest) }, latest, config);
  const presets = [...new Set([...namesIn(settings.presets()), ...named.presets])];
  return { ...common, presets, engine, resume: undefined, follows: undefined };
}

/** A session keeps its presets, and takes more. @throws UserError for a preset of another engine. */
function keepPresets(resolved: Resolved, known: StoredRun | undefined, config: Config): Resolved {
  const { engine, named } = resolved;
  const other = presetEngine(named.presets, config) ?? engine;
  if (other !== engine) {
    throw new UserError(`This session is ${engine}'s, and that preset is for ${other}: begin a new message.`);
  }
  return { ...resolved, presets: [...new Set([...(known?.presets ?? []), ...named.presets])] };
}

const bySession = ({ engine, value }: ResumeToken) => ({ engine, resume: value, follows: undefined });

/** Continues a run: its session, or the session that it will have. A run that ended without a session begins again. */
function byRun(run: StoredRun): Pick<Resolved, "engine" | "resume" | "follows"> {
  const session = knownSession(run);
  if (session !== null) return bySession({ engine: run.engine, value: session });
  return { engine: run.engine, resume: undefined, follows: run.state === "ended" ? undefined : run.id };
}

function repliedRun(prompt: Prompt, store: Store): StoredRun | undefined {
  if (prompt.follows !== undefined) return store.runs.get(prompt.follows);
  return prompt.reply && store.messages.runOf(prompt.chatId, prompt.reply.messageId);
}

function contextOf({ project, branch }: StoredRun): Context | undefined {
  return project === null ? undefined : { project, branch: branch ?? undefined };
}

/** Lines of the replied-to message count only if this bot wrote it, or the person who replies. */
function trustedLines({ reply, userId }: Prompt, botName: string): string {
  const { author, text } = reply ?? {};
  const isBot = author?.botName !== undefined && author.botName.toLowerCase() === botName.toLowerCase();
  const isPerson = author !== undefined && author.botName === undefined && author.userId === userId;
  // Above its footer a message of the bot's holds words of a model.
  if (isBot)
    return (
      text
        ?.trimEnd()
        .split(/\n\s*\n/)
        .at(-1) ?? ""
    );
  return isPerson ? (text ?? "") : "";
}

/** The context in the ctx line of the replied-to text. */
function lineContext(lines: string, config: Config): Context | undefined {
  const named = parseContext(lines);
  if (!named) return undefined;
  const project = findProject(named.project, config);
  if (!project) {
    throw new UserError(
      `unknown project '${named.project}' in ctx line; start a new thread or add it back to your config`,
    );
  }
  return { project: project.alias, branch: named.branch };
}

/** The branch of the conversation is one of its own project. */
function withDirectives(ambient: Context | undefined, { project, branch }: Directives): Context | undefined {
  const name = project ?? ambient?.project;
  if (name === undefined) return undefined;
  return { project: name, branch: branch ?? (name === ambient?.project ? ambient.branch : undefined) };
}

function latestRun(key: string, engine: string, context: Context | undefined, store: Store): StoredRun | undefined {
  const id = store.conversations.latest(key, engine);
  const run = id === undefined ? undefined : store.runs.get(id);
  const isSamePlace = run?.project === (context?.project ?? null) && run?.branch === (context?.branch ?? null);
  return isSamePlace ? run : undefined;
}

/**
 * The key under which the newest run is remembered, so that the next message continues its session; undefined if every
 * message begins a new session. A served topic is always one conversation. With session_mode = "chat" other topics and
 * private chats are one conversation each, and in a group each sender has one.
 */
export function conversationKey(
  prompt: Pick<Prompt, "chatId" | "topicId" | "userId" | "isPrivate">,
  config: Config,
): string | undefined {
  const { chatId, topicId, userId, isPrivate } = prompt;
  const isChat = config.telegram?.session_mode === "chat";
  if (topicId !== undefined) return isChat || hasTopics(config, chatId) ? `${chatId}/${topicId}` : undefined;
  if (!isChat) return undefined;
  if (isPrivate) return chatId;
  return userId === undefined ? undefined : `${chatId}:${userId}`;
}

/** The same for a run that there is. */
export const conversationOfRun = ({ chatId, topicId, userId }: StoredRun, config: Config): string | undefined =>
  conversationKey({ chatId, topicId: topicId ?? undefined, userId: userId ?? undefined, isPrivate: false }, config);

/**
 * In a group a served topic must name its project, since its messages are one conversation.
 *
 * @throws UserError if neither the topic nor the message names one.
 */
export function requirePlace(prompt: Prompt, { context, resume, follows }: Resolved, config: Config): void {
  const { chatId, topicId, isPrivate } = prompt;
  if (topicId === undefined || isPrivate || !hasTopics(config, chatId)) return;
  if (context || resume !== undefined || follows !== undefined) return;
  const [alias] = config.projects.keys();
  if (alias === undefined) return;
  throw new UserError(
    `This topic is bound to no project yet: \`/topic ${alias} @branch\` binds it, or begin a message with \`/${alias}\`.`,
  );
}
