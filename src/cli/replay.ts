import { createReadStream, statSync } from "node:fs";
import { resolve } from "node:path";
import { engines } from "../../runners/index.ts";
import type { RunEvent } from "../domain/events.ts";
import { ConfigError } from "../errors.ts";
import { createLogger } from "../log.ts";
import { defineCommand } from "./command.ts";
import { directoryOf } from "./config-file.ts";
import { requireEngine } from "./engine-name.ts";
import { printLines } from "./terminal.ts";

/** Prints the normalised events of a recorded engine stream, one JSON a line. */
export const command = defineCommand({
  args: {
    engine: { type: "positional", description: "Whose stream it is", required: true },
    file: { type: "positional", description: "The recording; - for stdin", default: "-" },
    render: { type: "boolean", description: "Print the chat messages instead" },
  },
  async run({ engine: id, file, render }, context) {
    const engine = requireEngine(engines, id);
    const log = await createLogger({ ...context, directory: directoryOf(context), output: context.stderr });
    const stdout = file === "-" ? context.stdin : openRecording(resolve(context.cwd, file));
    const events = engine.replay(stdout, log);
    if (render) {
      const { renderEvents } = await import("./replay-render.ts");
      await printLines(renderEvents(events, engine), context.stdout);
    } else {
      await printLines(toJson(events), context.stdout);
    }
    return 0;
  },
});

function openRecording(file: string): AsyncIterable<Uint8Array> {
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) return createReadStream(file);
  throw new ConfigError(`${file} is no file that can be read; name a recording, or - for stdin.`);
}

async function* toJson(events: AsyncIterable<RunEvent>): AsyncGenerator<string> {
  for await (const event of events) yield `${JSON.stringify(event)}\n`;
}
