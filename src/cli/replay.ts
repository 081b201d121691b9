import { createReadStream, statSync } from "node:fs";
import { resolve } from "node:path";
import { engines } from "../../runners/index.ts";
import { nearest } from "../config/nearest.ts";
import type { RunEvent } from "../domain/events.ts";
import type { Engine } from "../engine/contract.ts";
import { ConfigError } from "../errors.ts";
import { createLogger } from "../log.ts";
import { defineCommand } from "./command.ts";
import { printLines } from "./terminal.ts";

/** Prints the normalised events of a recorded engine stream, one JSON a line. */
export const command = defineCommand({
  args: {
    engine: { type: "positional", description: "Whose stream it is", required: true },
    file: { type: "positional", description: "The recording; - for stdin", default: "-" },
  },
  async run({ engine: id, file }, context) {
    const engine = requireEngine(id);
    const log = await createLogger({ ...context, output: context.stderr });
    const stdout = file === "-" ? context.stdin : openRecording(resolve(context.cwd, file));
    const events = engine.replay(stdout, log);
    await printLines(toJson(events), context.stdout);
    return 0;
  },
});

function requireEngine(id: string): Engine {
  const engine = engines.find((one) => one.id === id.toLowerCase());
  if (engine) return engine;
  const ids = engines.map((one) => one.id);
  const near = nearest(id, ids);
  throw new ConfigError(`Unknown engine "${id}"; ${near ? `did you mean ${near}?` : `known: ${ids.join(", ")}.`}`);
}

function openRecording(file: string): AsyncIterable<Uint8Array> {
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) return createReadStream(file);
  throw new ConfigError(`${file} is no file that can be read; name a recording, or - for stdin.`);
}

async function* toJson(events: AsyncIterable<RunEvent>): AsyncGenerator<string> {
  for await (const event of events) yield `${JSON.stringify(event)}\n`;
}
