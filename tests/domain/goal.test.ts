import { expect, test } from "vitest";
import { goalLine, parseGoal } from "../../src/domain/goal.ts";

test.each([
  ["fix it", { objective: "fix it" }],
  ["fix it --tokens 200k --minutes 60", { objective: "fix it", tokens: 200_000, minutes: 60 }],
  ["--tokens=1.5M fix it", { objective: "fix it", tokens: 1_500_000 }],
  ["resume --tokens 900", { objective: "resume", tokens: 900 }],
  ["explain --tokensize", { objective: "explain --tokensize" }],
  ["", { objective: "" }],
])("%s is read with its flags", (words, goal) => {
  expect(parseGoal(words)).toEqual(goal);
});

test.each(["fix it --tokens", "fix it --tokens many", "fix it --tokens 0", "fix --minutes 1h", "fix --tokens -5"])(
  "%s is refused",
  (words) => {
    expect(parseGoal(words)).toEqual({ problem: expect.stringMatching(/takes a number/) });
  },
);

test("how far a goal is, with and without a budget", () => {
  const goal = { objective: "fix it", status: "active", tokensUsed: 41_200 } as const;
  expect(goalLine({ ...goal, tokenBudget: 200_000 }, 3)).toBe("turn 3 · 41k of 200k tokens");
  expect(goalLine(goal, 1)).toBe("turn 1 · 41k tokens");
});
