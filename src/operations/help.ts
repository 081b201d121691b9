import { z } from "zod";
import { defineOperation } from "./operation.ts";
import { missingEngines, scopeFor } from "./scope.ts";

const Command = z.object({ name: z.string(), summary: z.string() });

/** Explained in the answer; the rest are only named there, since every client shows them all behind `/`. */
const EVERYDAY = ["cancel", "queue", "new", "sessions", "diff", "settings", "file", "schedule", "usage"];

export const help = defineOperation({
  name: "help",
  // A chat client sends this when somebody opens the bot for the first time.
  aliases: ["start"],
  summary: "what the bot can do here",
  input: z.strictObject({}),
  output: z.object({
    engines: z.array(z.string()),
    /** Of no use here until they are installed. */
    missing: z.array(z.string()),
    defaultEngine: z.string(),
    projects: z.array(z.string()),
    defaultProject: z.string().nullable(),
    commands: z.array(Command),
  }),
  intent: "read",
  idempotent: true,
  examples: [{}],
  run: (access, _input, caller) => {
    const { config, engines, operations } = access;
    const { settings } = scopeFor(access, caller);
    const project = settings.context()?.context.project ?? null;
    const missing = missingEngines(access, project ?? undefined);
    return {
      engines: engines.map(({ id }) => id).filter((id) => !missing.includes(id)),
      missing: [...missing],
      defaultEngine: settings.engine(project ?? undefined).value,
      projects: [...config.projects.keys()],
      defaultProject: project,
      commands: operations.map(({ name, summary }) => ({ name, summary })),
    };
  },
  tell: ({ engines, missing, defaultEngine, projects, defaultProject: own, commands }) => {
    const slashed = (names: readonly string[]) => names.map((name) => `\`/${name}\``).join(", ");
    const isEveryday = ({ name }: { name: string }) => EVERYDAY.includes(name);
    const [everyday, more] = [commands.filter(isEveryday), commands.filter((one) => !isEveryday(one))];
    const other = engines.find((id) => id !== defaultEngine);
    const body = [
      "Send me a task and a coding agent works on it here. Reply to its answer to continue.",
      [
        `Engines: ${slashed(engines) || "none"} (default here: ${defaultEngine})`,
        ...(missing.length > 0 ? [`Not installed: ${missing.join(", ")} (\`/engines\` looks again)`] : []),
        projects.length > 0
          ? `Projects: ${slashed(projects)}${own === null ? "" : ` (default here: ${own})`}`
          : "Projects: none yet; run `takopi init` in a repository",
      ].join("  \n"),
      [
        "Examples:",
        "",
        "- `why does the build fail?`",
        ...(other === undefined ? [] : [`- \`/${other} explain this repository\` runs on another engine`]),
        ...(projects[0] ? [`- \`/${projects[0]} @feat/login add a login page\` works on a branch of its own`] : []),
      ].join("\n"),
      ["Commands:", "", ...everyday.map(({ name, summary }) => `- \`/${name}\` ${summary}`)].join("\n"),
      `More: ${slashed(more.map(({ name }) => name))}`,
    ].join("\n\n");
    return { body };
  },
});
