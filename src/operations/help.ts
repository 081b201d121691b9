import { z } from "zod";
import { defineOperation } from "./operation.ts";

const Command = z.object({ name: z.string(), summary: z.string() });

export const help = defineOperation({
  name: "help",
  // A chat client sends this when somebody opens the bot for the first time.
  aliases: ["start"],
  summary: "what the bot can do here",
  input: z.strictObject({}),
  output: z.object({
    engines: z.array(z.string()),
    defaultEngine: z.string(),
    projects: z.array(z.string()),
    defaultProject: z.string().nullable(),
    commands: z.array(Command),
  }),
  intent: "read",
  idempotent: true,
  examples: [{}],
  run: ({ config, engines, operations }, _input, { place }) => {
    const projects = [...config.projects.values()];
    const own = projects.find(({ chat_id }) => String(chat_id) === place.chatId)?.alias ?? config.default_project;
    return {
      engines: engines.map(({ id }) => id),
      defaultEngine: config.default_engine,
      projects: projects.map(({ alias }) => alias),
      defaultProject: own ?? null,
      commands: operations.map(({ name, summary }) => ({ name, summary })),
    };
  },
  tell: ({ engines, defaultEngine, projects, defaultProject: own, commands }) => {
    const slashed = (names: readonly string[]) => names.map((name) => `\`/${name}\``).join(", ");
    const body = [
      "Send me a task and a coding agent works on it here. Reply to its answer to continue.",
      [
        `Engines: ${slashed(engines)} (default: ${defaultEngine})`,
        projects.length > 0
          ? `Projects: ${slashed(projects)}${own === null ? "" : ` (default: ${own})`}`
          : "Projects: none yet; run `takopi init` in a repository",
      ].join("  \n"),
      [
        "Examples:",
        "",
        "- `why does the build fail?`",
        `- \`/${engines[0] ?? "codex"} explain this repository\``,
        ...(projects[0] ? [`- \`/${projects[0]} @feat/login add a login page\` works on a branch of its own`] : []),
      ].join("\n"),
      ["Commands:", "", ...commands.map(({ name, summary }) => `- \`/${name}\` ${summary}`)].join("\n"),
    ].join("\n\n");
    return { body };
  },
});
