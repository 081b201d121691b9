/**
 * A coding agent without a model: it reads a prompt from stdin, does a few harmless things with files, and answers from
 * a script, all in the print-mode JSON lines of pi.
 *
 * `demo-engine [--session-dir DIR] [--session ID|PATH] [--pace-ms N]`
 */
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Agent } from "./agent.ts";
import { findScript } from "./scripts.ts";
import { createSession, openSession, saveTurn } from "./session.ts";

const { values } = parseArgs({
  options: {
    "session-dir": { type: "string", default: ".takopi-demo" },
    session: { type: "string" },
    "pace-ms": { type: "string", default: "250" },
  },
});

async function main(): Promise<void> {
  const folder = values["session-dir"];
  const prompt = (await text(process.stdin)).trim();
  const session =
    values.session === undefined
      ? await createSession(folder, process.cwd())
      : await openSession(folder, values.session);
  if (session === undefined) {
    process.stderr.write(`No session found matching '${values.session}'\n`);
    process.exitCode = 1;
    return;
  }
  const paceMs = Number(values["pace-ms"]);
  const agent = new Agent({
    write: (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
    pause: async () => {
      if (paceMs > 0) await sleep(paceMs);
    },
  });
  agent.begin(session, prompt);
  const outcome = await findScript(prompt)({ agent, session, prompt });
  const answer = "answer" in outcome ? outcome.answer : "";
  await saveTurn(session, { prompt, answer });
  await ("error" in outcome ? agent.breakDown(outcome.error) : agent.answer(outcome.answer));
}

await main();
