import type { Schedule } from "../domain/schedule.ts";
import type { Trigger } from "../domain/trigger.ts";
import type { Engine } from "../engine/contract.ts";
import type { MachinesTable } from "./machines.ts";
import type { Preset } from "./presets.ts";
import type { Limits, TelegramTable } from "./schema.ts";
import type { VoiceConfig } from "./voice.ts";

/** The configuration, checked and with its defaults; keys are named as in the file. */
export interface Config {
  /** The file that was read; undefined if none was found. */
  readonly file: string | undefined;
  /** The directory of the config file, or of a new one; absolute. State lies here, and relative paths begin here. */
  readonly directory: string;
  readonly watch_config: boolean;
  /** Always an engine of the list, whether or not it is installed. */
  readonly default_engine: string;
  /** An alias of `projects`, spelled as there. */
  readonly default_project: string | undefined;
  readonly on_restart: "report" | "resume";
  readonly shutdown: "stop" | "drain";
  /** undefined if the table, its token or its chat is missing: `requireTelegram` says which. */
  readonly telegram: TelegramConfig | undefined;
  /** By alias, spelled and ordered as in the file. */
  readonly projects: ReadonlyMap<string, Project>;
  /** The engines' tables as written, by engine; `engineOptions` reads them. */
  readonly engines: Readonly<Record<string, unknown>>;
  /** The engines that there are: this program's, and those that the config adds. */
  readonly known: readonly Engine[];
  /** By name. */
  readonly presets: ReadonlyMap<string, Preset>;
  /** Those that are switched on. */
  readonly schedules: readonly Schedule[];
  readonly triggers: readonly Trigger[];
  /** The address for webhooks; undefined if there is none. */
  readonly webhooks: { readonly host: string; readonly port: number } | undefined;
  /** The service for voice messages; undefined if there is none. */
  readonly voice: VoiceConfig | undefined;
  readonly limits: Limits;
  readonly mcp: { readonly allow: readonly string[] };
  /** The broker to other machines; undefined if everything runs here. */
  readonly machines: MachinesTable | undefined;
  /** Keys that have no effect, one sentence each. */
  readonly warnings: readonly string[];
}

/** `[transports.telegram]` */
export type TelegramConfig = TelegramTable & { readonly bot_token: string; readonly chat_id: number };

/** `[projects.<alias>]` */
export interface Project {
  readonly alias: string;
  /** Absolute; not known to exist. "" if it is on another machine. */
  readonly path: string;
  /** The machine that it is on, if that is not this one. */
  readonly machine?: string | undefined;
  /** Absolute. */
  readonly worktrees_dir: string;
  readonly default_engine?: string | undefined;
  readonly worktree_base?: string | undefined;
  readonly chat_id?: number | undefined;
  /** Files of the repository that change engines, such as hooks, servers and plugins, may run. */
  readonly trusted: boolean;
  /** The project's own engine tables as written, by engine. */
  readonly engines: Readonly<Record<string, unknown>>;
}
