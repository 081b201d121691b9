import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demo } from "../../runners/demo/index.ts";
import { engines, makeEngine } from "../../runners/index.ts";
import { runBridge } from "../app.ts";
import type { Config } from "../config/config.ts";
import { engineOptions } from "../config/engine-options.ts";
import { findConfig } from "../config/find.ts";
import { loadConfig } from "../config/load.ts";
import type { Engine } from "../engine/contract.ts";
import { ConfigError, UserError } from "../errors.ts";
import { createLogger } from "../log.ts";
import { type Emulator, startEmulator } from "../playground/emulator.ts";
import { type Context, defineCommand, type Globals } from "./command.ts";
import { directoryOf } from "./config-file.ts";
import { playOnce } from "./play-once.ts";
import { startAtLastAddress } from "./playground-address.ts";

/** The bridge against a Bot API server of its own: everything but Telegram is as it is in earnest. */
export const command = defineCommand({
  args: {
    once: { type: "string", valueHint: "task", description: "Play one task in the terminal, then end" },
    port: { type: "string", valueHint: "N", description: "Port of the chat page; the last one by default" },
    engine: { type: "string", valueHint: "E", description: "Default engine; `demo`, which is scripted, by default" },
  },
  run: async ({ once, port, engine }, context) => {
    const output = context.stderr;
    const log = await createLogger({ ...context, env: calm(context, once), directory: directoryOf(context), output });
    const place = once === undefined ? directoryOf(context) : undefined;
    const emulator = await (place === undefined ? startEmulator() : startAtLastAddress(place, toPort(port))).catch(
      (cause: unknown) => {
        if (!(cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE")) throw cause;
        throw new UserError(`Port ${port} is taken by another program: give another one, or leave --port out.`, {
          cause,
        });
      },
    );
    const directory = await mkdtemp(join(tmpdir(), "takopi-demo-"));
    const ending = new AbortController();
    const signal = AbortSignal.any([context.signal, ending.signal]);
    try {
      const { config: own, engines } = await prepare(context, emulator, directory, { engine, once });
      const config: Config = { ...own, shutdown: "stop" };
      const bridge = runBridge({
        config,
        reload: () => config,
        engines,
        env: context.env,
        home: context.cwd,
        log,
        signal,
      });
      if (once !== undefined) {
        const end = () => {
          ending.abort("done");
          return bridge;
        };
        const played = playOnce(once, { emulator, output: context.stdout, signal, end });
        return await Promise.race([played, bridge.then(() => (ending.signal.aborted ? played : 1))]);
      }
      const file = join(directory, "takopi.toml");
      await writeFile(file, "# Leads commands such as `takopi send` to the playground's bridge.\n");
      const asked = `In another terminal: takopi send "hello" --wait --config ${file}`;
      context.stdout.write(`The playground is at ${emulator.pageUrl}\n${asked}\nCtrl-C ends it.\n`);
      await bridge;
      return 0;
    } finally {
      await emulator.close();
      await rm(directory, { recursive: true, force: true });
    }
  },
});

/** The person's own config, if there is one, with the emulator in Telegram's place and state of its own. */
async function prepare(
  context: Context & Globals,
  emulator: Emulator,
  directory: string,
  { engine, once }: { readonly engine: string | undefined; readonly once: string | undefined },
) {
  const { cwd, configFile: file } = context;
  const env = { ...unlessSaid(context, once), ...context.env, ...inPlayground(emulator) };
  const config = loadConfig({ cwd, env, file, engines: [...engines, demo], make: makeEngine });
  const there = [demo, ...(await installed(config, context))];
  const default_engine = engine ?? demo.id;
  if (!there.some(({ id }) => id === default_engine)) {
    const ids = there.map(({ id }) => id).join(", ");
    throw new ConfigError(`--engine ${default_engine} is not installed; there are ${ids}.`);
  }
  const { telegram } = config;
  // The server is in this process: no proxy leads to it.
  const direct = telegram && { telegram: { ...telegram, proxy: "" } };
  return { config: { ...besideBridge(config), ...direct, directory, default_engine }, engines: there };
}

async function installed(config: Config, { env }: Context): Promise<Engine[]> {
  const probes = config.known
    .filter(({ id }) => id !== demo.id)
    .map(async (engine) => {
      const { path } = await engine.probe({ options: engineOptions(config, engine, undefined), env });
      return path === undefined ? [] : [engine];
    });
  return (await Promise.all(probes)).flat();
}

/** The playground has its own bot, people and chats. */
const inPlayground = (emulator: Emulator) => ({
  TAKOPI__TRANSPORTS__TELEGRAM__BOT_TOKEN: JSON.stringify(emulator.token),
  TAKOPI__TRANSPORTS__TELEGRAM__CHAT_ID: `${emulator.privateChatId}`,
  TAKOPI__TRANSPORTS__TELEGRAM__ALLOWED_CHAT_IDS: `[${emulator.groupId}]`,
  TAKOPI__TRANSPORTS__TELEGRAM__ALLOWED_USER_IDS: `[${emulator.person.id}]`,
  TAKOPI__TRANSPORTS__TELEGRAM__API_ROOT: JSON.stringify(emulator.url),
});

/** The playground's own settings, unless the config has others. */
function unlessSaid({ cwd, env, configFile: file }: Context & Globals, once: string | undefined): NodeJS.ProcessEnv {
  const found = findConfig({ file, cwd, env });
  const said = found === undefined ? "" : readFileSync(found, "utf8");
  return {
    ...(!/^\s*stream_answer\s*=/m.test(said) && { TAKOPI__TRANSPORTS__TELEGRAM__STREAM_ANSWER: "true" }),
    // In the terminal nobody can answer a question.
    TAKOPI__DEMO__INTERACTIVE: String(once === undefined),
  };
}

/**
 * What the person's own bridge, which may run beside the playground, does not do, too: nothing begins by itself, no
 * other machine takes part, and projects have no chats.
 */
function besideBridge(config: Config): Config {
  const projects = [...config.projects]
    .filter(([, { machine }]) => machine === undefined)
    .map(([alias, { chat_id: _, ...project }]) => [alias, project] as const);
  const alone = { schedules: [], triggers: [], webhooks: undefined, machines: undefined };
  return { ...config, ...alone, projects: new Map(projects) };
}

function toPort(port: string | undefined): number | undefined {
  if (port === undefined) return undefined;
  const number = Number(port);
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  throw new ConfigError(`--port is "${port}"; it must be a number from 0 to 65535.`);
}

/** In `--once` the transcript is what is wanted: only problems are logged beside it. */
function calm({ env, debug }: Context & Globals, once: string | undefined): NodeJS.ProcessEnv {
  return once === undefined || debug ? env : { TAKOPI_LOG_LEVEL: "warn", ...env };
}
