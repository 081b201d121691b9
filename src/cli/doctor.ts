import { visibleBlock } from "../domain/visible.ts";
import { redact } from "../log.ts";
import { compareEngines } from "./check-engine.ts";
import { checkRunning } from "./check-running.ts";
import { type Check, runChecks } from "./checks.ts";
import { defineCommand } from "./command.ts";

/** Checks everything that the bridge depends on, and says how to fix what is wrong. Exit code 1 on any error. */
export const command = defineCommand({
  args: {
    json: { type: "boolean", description: "Print as JSON" },
    engines: { type: "boolean", description: "Compare the installed engines with what takopi needs of them" },
    running: { type: "boolean", description: "Only look whether the bridge or worker here can be reached" },
  },
  async run({ json, engines, running }, context) {
    const look = running ? checkRunning : engines ? compareEngines : runChecks;
    const checks = await look(context);
    const text = json ? `${JSON.stringify(checks, null, 2)}\n` : toText(checks);
    context.stdout.write(redact(visibleBlock(text)));
    return checks.some(({ state }) => state === "error") ? 1 : 0;
  },
});

function toText(checks: readonly Check[]): string {
  const lines = checks.flatMap(({ name, state, detail, fix }) => [
    `- ${name}: ${state}${detail ? ` (${detail})` : ""}`,
    ...(fix ? [`    ${fix}`] : []),
  ]);
  return ["takopi doctor", ...lines, ""].join("\n");
}
