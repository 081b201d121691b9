import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { z } from "zod";
import type { Config } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Engine } from "../../src/engine/contract.ts";
import { baseOptions, type EngineOptions, sharedOptions } from "../../src/engine/options.ts";

/** An engine of which only the options matter. */
function engine(id: string, shape: z.ZodRawShape): Engine {
  const options = z.strictObject({ ...baseOptions, ...shape }) as unknown as z.ZodType<EngineOptions>;
  return {
    id,
    label: id,
    options,
    resume: { format: (value) => value, parse: () => undefined },
    probe: async () => ({ problems: [] }),
    can: [],
    operations: {},
    images: [],
    open: () => {
      throw new Error("not opened here");
    },
    async *replay() {},
  };
}

export const engines: readonly Engine[] = [
  engine("pi", { provider: z.string().optional(), ephemeral: sharedOptions.ephemeral }),
  engine("codex", { profile: z.string().optional(), sandbox: z.enum(["read-only", "workspace-write"]).optional() }),
  engine("opencode", {}),
  engine("claude", { allowed_tools: z.array(z.string()).optional() }),
];

/** An empty directory that goes away with the test. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), "takopi-config-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function write(file: string, text: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** Loads a text as the config of an own home directory. */
export function load(text: string, env: NodeJS.ProcessEnv = {}, known: readonly Engine[] = engines): Config {
  const home = scratch();
  const file = write(join(home, ".takopi", "takopi.toml"), text);
  return loadConfig({ file, cwd: home, env: { HOME: home, ...env }, engines: known });
}

/** What loading a text complains of, with the file's path as `FILE`. */
export function complaint(text: string, env: NodeJS.ProcessEnv = {}): string {
  const home = scratch();
  const file = write(join(home, "takopi.toml"), text);
  try {
    loadConfig({ file, cwd: home, env: { HOME: home, ...env }, engines });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "ConfigError") throw error;
    return error.message.replaceAll(file, "FILE");
  }
  return "no complaint";
}
