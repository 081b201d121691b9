import type { ChatCommand, CommandInput } from "./command.ts";

const run = ({ config, engines, message }: CommandInput): string => {
  const projects = [...config.projects.values()];
  const own = projects.find(({ chat_id }) => String(chat_id) === message.chatId)?.alias ?? config.default_project;
  const example = projects[0]?.alias;
  return [
    "Send me a task and a coding agent works on it here. Reply to its answer to go on.",
    [
      `Engines: ${engines.map(({ id }) => `\`/${id}\``).join(", ")} (default: ${config.default_engine})`,
      projects.length > 0
        ? `Projects: ${projects.map(({ alias }) => `\`/${alias}\``).join(", ")}${own ? ` (default: ${own})` : ""}`
        : "Projects: none yet; run `takopi init` in a repository",
    ].join("  \n"),
    [
      "Examples:",
      "",
      "- `why does the build fail?`",
      `- \`/${engines[0]?.id ?? "codex"} explain this repository\``,
      ...(example ? [`- \`/${example} @feat/login add a login page\` works on a branch of its own`] : []),
    ].join("\n"),
    "`/cancel` stops a run (reply to it), `/new` begins a new thread.",
  ].join("\n\n");
};

export const help: ChatCommand = { name: "help", description: "what the bot can do here", run };

/** What a chat client sends when somebody opens the bot for the first time. */
export const start: ChatCommand = { name: "start", description: "what the bot can do here", run };
