import type { Bridge } from "../../bridge/bridge.ts";
import type { Asked, Thread } from "../../bridge/threads.ts";
import type { Config } from "../../config/config.ts";
import type { Engine } from "../../engine/contract.ts";
import type { Store } from "../../store/store.ts";
import type { Buttons } from "../document.ts";
import type { Incoming } from "../incoming.ts";

/** What a chat command may see; it knows nothing of the transport. */
export interface CommandInput {
  readonly message: Incoming;
  /** What stands behind the command. */
  readonly args: string;
  readonly bridge: Bridge;
  readonly store: Store;
  readonly config: Config;
  readonly engines: readonly Engine[];
  /** ms since 1970. */
  readonly now: number;
  /** The message as it asks for something to be done to a thread. */
  readonly asked: Asked;
  /** The thread replied to, or that the chat goes on with. @throws UserError where there is none. */
  thread(): Thread;
  /** The engine and project that a new message would go to. */
  target(): { readonly engine: Engine; readonly project: string | null };
}

/** What is said to a command or a press. */
export interface Answer {
  /** Markdown. */
  readonly body: string;
  readonly buttons?: Buttons;
  /** The run that a reply to it goes on with. */
  readonly runId?: string;
}

export interface ChatCommand {
  /** 1 to 32 of a-z, 0-9 and _. */
  readonly name: string;
  /** For the menu and /help; lower case, without a full stop. */
  readonly description: string;
  /**
   * The reply, a string being Markdown; undefined where what happens says enough. A promise is not waited for by what
   * comes after the command, and what it rejects with is told.
   *
   * @throws UserError
   */
  run(input: CommandInput): string | Answer | undefined | Promise<string | Answer>;
}
