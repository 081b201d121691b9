import fc from "fast-check";
import { expect, test } from "vitest";
import { decide, type Rules } from "../../src/domain/policy.ts";
import type { Question } from "../../src/domain/question.ts";
import { times } from "../helpers/soak.ts";
import { ALLOWED, DENIED, shellLine } from "./shell-lines.ts";
import { runLines, shells } from "./shells.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 1_000_000);
const COUNT = times(40, 10_000);
const lines = fc.sample(shellLine, { numRuns: COUNT, seed }).filter((line) => !line.includes("\0"));

const decideOn = (line: string, rules: Rules) => {
  const place = { isOwn: true, directory: "/" };
  const question: Question = { id: "1", kind: "command", title: "", command: line, place, canAllowSession: false };
  return decide(question, rules);
};

test.each(shells)(
  `in %s, what is allowed runs only what was named, and what is denied never runs (${COUNT} lines, FUZZ_SEED=${seed})`,
  { timeout: 3_600_000 },
  async (shell) => {
    const ran = await runLines(shell, lines, [ALLOWED, DENIED, "other"]);
    expect(ran).toHaveLength(lines.length);
    const seen = { allowed: 0, denied: 0, asked: 0 };
    const holes = lines.flatMap((line, at) => {
      const programs = ran[at] ?? new Set<string>();
      const isAllowed = decideOn(line, { allow: [`${ALLOWED} *`] }) === "allow";
      const free = decideOn(line, { approvals: "allow", deny: [`${DENIED} *`] });
      if (isAllowed) seen.allowed++;
      if (free === "deny") seen.denied++;
      if (free === "ask") seen.asked++;
      const strangers = [...programs].filter((name) => name !== ALLOWED);
      return [
        ...(isAllowed && strangers.length > 0 ? [`allowed: ${JSON.stringify(line)} ran ${strangers}`] : []),
        ...(free === "allow" && programs.has(DENIED) ? [`not denied: ${JSON.stringify(line)}`] : []),
      ];
    });
    process.stdout.write(
      `${shell}: ${JSON.stringify({ ...seen, ranDenied: ran.filter((one) => one.has(DENIED)).length, holes: holes.length })}\n`,
    );
    expect(holes).toEqual([]);
  },
);
