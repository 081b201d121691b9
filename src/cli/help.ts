import { renderUsage } from "citty";
import { type Command, globalArgs } from "./command.ts";
import type { Entry } from "./index.ts";

/** The text of `takopi --help`. */
export function generalHelp(entries: readonly Entry[], version: string): string {
  const width = Math.max(...entries.map(({ name }) => name.length));
  const commands = entries.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`);
  const flags = [
    ...Object.entries(globalArgs).map(([name, { description }]) => [`--${name}`, description]),
    ["--version", "Print the version"],
    ["--help", "Print this, or the help of a command"],
  ].map(([name = "", description]) => `  ${name.padEnd(width)}  ${description}`);
  return [
    `takopi ${version}: coding agents in your Telegram chat`,
    "",
    "Commands",
    ...commands,
    "",
    "Flags",
    ...flags,
  ].join("\n");
}

/** The text of `takopi <command> --help`. */
export function commandHelp({ name, description }: Entry, { args }: Command): Promise<string> {
  return renderUsage({ meta: { name: `takopi ${name}`, description }, args });
}
