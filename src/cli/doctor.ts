import { engines } from "../../runners/index.ts";
import { redact } from "../log.ts";
import { type Check, runChecks } from "./checks.ts";
import { defineCommand } from "./command.ts";

/** Checks everything that the bridge depends on, and says how to mend what is wrong. Exit code 1 on any error. */
export const command = defineCommand({
  args: { json: { type: "boolean", description: "Print as JSON" } },
  async run({ json }, context) {
    const checks = await runChecks({ ...context, engines });
    const text = json ? `${JSON.stringify(checks, null, 2)}\n` : toText(checks);
    context.stdout.write(redact(text));
    return checks.some(({ state }) => state === "error") ? 1 : 0;
  },
});

function toText(checks: readonly Check[]): string {
  const lines = checks.flatMap(({ name, state, detail, mend }) => [
    `- ${name}: ${state}${detail ? ` (${detail})` : ""}`,
    ...(mend ? [`    ${mend}`] : []),
  ]);
  return ["takopi doctor", ...lines, ""].join("\n");
}
