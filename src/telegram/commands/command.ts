import type { Bridge } from "../../bridge/bridge.ts";
import type { Config } from "../../config/config.ts";
import type { Engine } from "../../engine/contract.ts";
import type { Store } from "../../store/store.ts";
import type { Incoming } from "../message.ts";

/** What a chat command may see; it knows neither grammY nor the network. */
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
}

export interface ChatCommand {
  /** 1 to 32 of a-z, 0-9 and _. */
  readonly name: string;
  /** For the menu and /help; lower case, without a full stop. */
  readonly description: string;
  /** The reply as Markdown; undefined where what happens says enough. */
  run(input: CommandInput): string | undefined;
}
