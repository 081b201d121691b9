import type { Command } from "./command.ts";

/** A command that is loaded only when it is called. */
export interface Entry {
  /** One word, or two: `config get`. */
  readonly name: string;
  readonly description: string;
  /** True if an interrupt is the command's own affair: it ends by itself once the signal is aborted. */
  readonly endsItself?: boolean;
  load(): Promise<{ readonly command: Command }>;
}

/** All commands, in the order of the help text; the first is what `takopi` alone does. */
export const entries: readonly Entry[] = [
  {
    name: "run",
    description: "Run the bridge; `takopi <engine>` overrides the default engine",
    endsItself: true,
    load: () => import("./run.ts"),
  },
  {
    name: "demo",
    description: "Try it in the browser: no token, no network, no engine needed",
    endsItself: true,
    load: () => import("./demo.ts"),
  },
  {
    name: "setup",
    description: "Connect a bot: asks for all it needs and writes the config",
    endsItself: true,
    load: () => import("./setup.ts"),
  },
  {
    name: "worker",
    description: "Carry out the tasks of a bridge on another machine",
    endsItself: true,
    load: () => import("./worker.ts"),
  },
  {
    name: "machines init",
    description: "Make keys, certificate and config of a broker for other machines",
    load: () => import("./machines/init.ts"),
  },
  { name: "init", description: "Register the current repository as a project", load: () => import("./init.ts") },
  {
    name: "doctor",
    description: "Check config, token, chats, engines, git and state file",
    load: () => import("./doctor.ts"),
  },
  { name: "engines", description: "List the engines found, with their versions", load: () => import("./engines.ts") },
  { name: "runs", description: "List recent runs", load: () => import("./runs.ts") },
  {
    name: "mcp",
    description: "Offer the bridge as tools to other agents and editors, over MCP",
    endsItself: true,
    load: () => import("./mcp.ts"),
  },
  { name: "backup", description: "Copy state and config into one file", load: () => import("./backup.ts") },
  {
    name: "policy",
    description: "Say what the rules would answer to a command line",
    load: () => import("./policy.ts"),
  },
  {
    name: "prune",
    description: "Remove the texts of old runs; counts and costs stay",
    load: () => import("./prune.ts"),
  },
  {
    name: "replay",
    description: "Turn a recorded engine stream into events or messages",
    load: () => import("./replay.ts"),
  },
  {
    name: "chat-id",
    description: "Wait for a message to the bot and print its chat's id",
    endsItself: true,
    load: () => import("./chat-id.ts"),
  },
  {
    name: "service install",
    description: "Run in the background, also after a restart of the machine",
    load: () => import("./background/install.ts"),
  },
  { name: "service uninstall", description: "Do so no more", load: () => import("./background/uninstall.ts") },
  { name: "service status", description: "Say how the service is", load: () => import("./background/status.ts") },
  { name: "service logs", description: "Follow the service's log", load: () => import("./background/logs.ts") },
  { name: "config path", description: "Print where the config is", load: () => import("./config-path.ts") },
  { name: "config list", description: "Print every key of the config", load: () => import("./config-list.ts") },
  { name: "config get", description: "Print one value", load: () => import("./config-get.ts") },
  { name: "config set", description: "Change one value; comments survive", load: () => import("./config-set.ts") },
  { name: "config unset", description: "Remove one value", load: () => import("./config-unset.ts") },
];
