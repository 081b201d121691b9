import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import { engines, makeEngine } from "../../runners/index.ts";
import { expandHome } from "../config/find.ts";
import { isTable, type Table } from "../domain/table.ts";
import { ConfigError } from "../errors.ts";
import { type Context, defineCommand, type Globals } from "./command.ts";
import { botOf, openForEdit, saveTable, shortPath } from "./config-file.ts";
import { findRepository, type Repository } from "./repository.ts";
import { serve } from "./serve.ts";
import { type Ask, askAtTerminal, askNobody, Cancelled } from "./setup/ask.ts";
import { type FoundEngine, runWizard } from "./setup/wizard.ts";
import { isInteractive } from "./terminal.ts";

const EXIT_CANCELLED = 130;

/** Asks for token, chat, engine and project, and writes the config; comments of one that is there survive. */
export const command = defineCommand({
  args: {
    token: { type: "string", description: "The bot's token; asked for unless told" },
    yes: { type: "boolean", description: "Take what each question proposes; for scripts" },
  },
  async run({ token, yes }, context) {
    const isAlone = yes === true || !isInteractive(context);
    if (isAlone && !yes) throw new ConfigError("The wizard needs a terminal; use --token and --yes without one.");
    const ask = isAlone ? askNobody(context) : await askAtTerminal(context);
    try {
      return await setUp(ask, { token, isAlone }, context);
    } catch (error) {
      if (!(error instanceof Cancelled) && !context.signal.aborted) throw error;
      context.stdout.write("Nothing was written. Run `takopi setup` to begin again.\n");
      return EXIT_CANCELLED;
    }
  },
});

interface Flags {
  readonly token: string | undefined;
  readonly isAlone: boolean;
}

async function setUp(ask: Ask, { token, isAlone }: Flags, context: Context & Globals): Promise<number> {
  const { file, text, table } = openForEdit(context);
  const place = shortPath(file, context.env);
  ask.say(text === "" ? `This writes ${place}. No bot? \`takopi demo\` needs none.` : `This changes ${place}.`);
  const { token: stored, server } = botOf(table, context);
  const wanted = await runWizard({
    ...{ ask, isAlone, table, signal: context.signal, after },
    token: token ?? (isAlone ? stored : undefined),
    server,
    engines: await findEngines(table, file, context),
    repository: await newRepository(table, file, context),
  });
  await saveTable(context, file, text, wanted);
  ask.say(`Wrote ${place}.`);
  return start(ask, context, isAlone);
}

async function start(ask: Ask, context: Context & Globals, isAlone: boolean): Promise<number> {
  const later = "Start it with `takopi`, then send your bot a task.";
  const options = [
    { value: "now", label: "Here and now", hint: "until Ctrl-C" },
    { value: "service", label: "As a service", hint: "also after a restart of this machine" },
    { value: "later", label: "Later" },
  ] as const;
  const choice = await ask
    .choose<"now" | "service" | "later">("Start the bot?", options, isAlone ? "later" : "now")
    .catch((error: unknown) => {
      if (error instanceof Cancelled) return "later";
      throw error;
    });
  if (choice === "now") return serve(context);
  if (choice === "service") {
    const { command: install } = await import("./background/install.ts");
    return install.execute(context.configFile === undefined ? [] : ["--config", context.configFile], context);
  }
  ask.say(later);
  return 0;
}

/** With their settings of the config and the environment, such as another program. */
async function findEngines(table: Table, file: string, { cwd, env }: Context): Promise<FoundEngine[]> {
  const { engineOptions } = await import("../config/engine-options.ts");
  const { checkConfig } = await import("../config/load.ts");
  const config = checkConfig({ cwd, env, engines, make: makeEngine, file, table });
  return Promise.all(
    config.known.map(async (engine) => {
      const { path, version, problems } = await engine.probe({
        options: engineOptions(config, engine, undefined),
        env,
      });
      const { id, label } = engine;
      return {
        id,
        label,
        version: path === undefined ? undefined : (version ?? "of unknown version"),
        problem: problems[0],
      };
    }),
  );
}

/** Paths in the config may begin with `~`, or lead from its folder. */
async function newRepository(table: Table, file: string, { cwd, env }: Context): Promise<Repository | undefined> {
  const found = await findRepository(cwd);
  const projects = isTable(table["projects"]) ? Object.values(table["projects"]) : [];
  const isAt = (path: unknown) =>
    typeof path === "string" && resolve(dirname(file), expandHome(path, env["HOME"] || homedir())) === found.path;
  const isKnown = projects.some((project) => isTable(project) && isAt(project["path"]));
  return found.isGit && !isKnown ? found : undefined;
}

function after(ms: number, then: () => void): () => void {
  const timer = setTimeout(then, ms);
  return () => clearTimeout(timer);
}
