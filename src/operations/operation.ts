import type { z } from "zod";
import type { Bridge } from "../bridge/bridge.ts";
import type { Prompt } from "../bridge/resolve.ts";
import type { ScheduleClock } from "../bridge/schedules.ts";
import type { Config } from "../config/config.ts";
import type { Engine } from "../engine/contract.ts";
import type { NewDelivery } from "../store/deliveries.ts";
import type { Store } from "../store/store.ts";
import type { Chats } from "./chats.ts";

/** Everything that operations need. */
export interface Access {
  readonly bridge: Bridge;
  readonly schedules: ScheduleClock;
  readonly store: Store;
  readonly chats: Chats;
  readonly config: Config;
  readonly engines: readonly Engine[];
  /** `takopi <engine>`: for new threads, over the configured default. */
  readonly engineOverride: string | undefined;
  readonly botName: string;
  /** ms since 1970. */
  readonly now: number;
  readonly operations: readonly Operation[];
  /** Says something in a conversation, apart from the output. */
  readonly say: (where: Where, told: Told, isSilent: boolean) => void;
}

type Where = Pick<NewDelivery, "runId" | "chatId" | "topicId" | "replyTo">;

/** `run`: the engine of a run, by takopi's own tools. */
export type Surface = "chat" | "cli" | "mcp" | "run";

/** The caller, and the conversation of the call; a message that it replies to is the default input. */
export interface Caller {
  readonly surface: Surface;
  readonly place: Omit<Prompt, "text" | "follows" | "origin">;
  /** The run whose engine asks. */
  readonly run?: string | undefined;
  /** Tells the caller something before the output, if the surface can. */
  readonly emit?: ((event: unknown) => void) | undefined;
  /** Hears once whether the output has reached the caller; absent if nobody can lose it on its way. */
  readonly onDelivery?: OnDelivery | undefined;
  /** Aborted when the caller is gone. */
  readonly signal?: AbortSignal | undefined;
}

export type OnDelivery = (hear: (isDelivered: boolean) => void) => void;

/** An operation as a button: what it is called with. */
export interface OperationButton {
  readonly label: string;
  readonly operation: string;
  /** As the operation takes it, all of JSON. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly style?: "danger" | "success";
}

/** A diff under its title, both as they are. */
export interface Fold {
  readonly title: string;
  readonly text: string;
}

/** An output in words. */
export interface Told {
  /** Markdown. */
  readonly body: string;
  /** Texts below the body that a reader unfolds; a surface that cannot show them whole gives `file` instead. */
  readonly folds?: readonly Fold[];
  readonly file?: { readonly name: string; readonly text: string };
  /** The run that a reply to it continues. */
  readonly runId?: string;
  /** The next step, for surfaces without buttons. Markdown. */
  readonly next?: string;
  readonly buttons?: readonly (readonly OperationButton[])[];
  /** The run's own messages show it: a chat needs no more words. */
  readonly isSeen?: boolean;
  /** In a few words. Who pressed a button gets them, and the message with the button then shows this output. */
  readonly receipt?: string;
}

/**
 * Something that can be done to the bridge. Chat commands, command line, socket and MCP tools are projections of it: none
 * of them knows an operation by name.
 */
export interface Operation<Input = never, Output = never> {
  /** 1 to 32 of a-z, 0-9 and _. */
  readonly name: string;
  /** Names that stand for it in a chat, unlisted. */
  readonly aliases?: readonly string[];
  /** Lower case, without a full stop. */
  readonly summary: string;
  /** The description for models, in place of the summary. */
  readonly guide?: string;
  /** Never a tool of an agent: it decides for a person. */
  readonly isForPeople?: boolean;
  /** An object, all of JSON. */
  readonly input: z.ZodType<Input>;
  readonly output: z.ZodType<Output>;
  /** The field for the words after the name, if there is one. */
  readonly argument?: string;
  /** The input that words mean, if that is more than one field. @throws UserError */
  read?(words: string): Readonly<Record<string, unknown>>;
  /** The fields that words on a command line fill: the last of them if there are fewer. `argument` if absent. */
  readonly operands?: readonly string[];
  /** `destroy`: what it ends or takes back cannot be had again. */
  readonly intent: "read" | "write" | "destroy";
  /** Whether it may be repeated without doing more. */
  readonly idempotent: boolean;
  readonly examples: readonly Input[];
  /** @throws UserError for what the caller can fix. */
  run(access: Access, input: Input, caller: Caller): Output | Promise<Output>;
  tell(output: Output): Told;
  /** An event of `Caller.emit` in words; undefined if it is for machines alone. */
  tellEvent?(event: unknown): string | undefined;
}

/** Ties input and output to the functions that take them, then forgets their types: a list holds all operations. */
export const defineOperation = <Input, Output>(operation: Operation<Input, Output>): Operation =>
  operation as unknown as Operation;
