import type { Question, Reply } from "../../src/domain/question.ts";
import { findScript, type Scene, type Script } from "./scripts.ts";
import { list, pretend, pretendEdit } from "./tools.ts";

/** A scene in which the person can be asked. */
export interface LiveScene extends Scene {
  ask(question: Question): Promise<Reply>;
}

const SCRIPTS: readonly (readonly [RegExp, Script<LiveScene>])[] = [
  [/\bfix\b.*\btests?\b/i, fixTest],
  [/\bask\b/i, askHow],
];

/** The scripts that need a person; all others are those of the headless mode. */
export function findLiveScript(prompt: string): Script<LiveScene> {
  return SCRIPTS.find(([words]) => words.test(prompt))?.[1] ?? findScript(prompt);
}

const DIFF = `--- a/src/cart.js
+++ b/src/cart.js
@@ -4,5 +4,5 @@
 export function total(items) {
   return items
-    .map(({ price }) => price)
+    .map(({ price, count = 1 }) => price * count)
     .reduce((sum, price) => sum + price, 0);
 }`;

async function fixTest({ agent, ask, session: { cwd } }: LiveScene) {
  await agent.use("I look at what is here.", list(cwd));
  const reply = await ask({
    ...{ kind: "command", id: "run-tests", title: "npm test", command: "npm test", cwd },
    ...{ reason: "To see which test fails.", canAllowSession: true },
  });
  if (reply.type !== "allow") {
    return { answer: "You did not let me run the tests, so I changed nothing. Reply to tell me another way." };
  }
  await agent.use("", pretend("npm test", { text: "1 failed, 41 passed", exitCode: 1 }));
  await agent.use("The total forgets how many of each there are.", pretendEdit("src/cart.js", DIFF));
  await agent.use("Once more.", pretend("npm test", { text: "42 passed" }));
  return {
    answer: [
      "The test is right and the code was wrong: `total` added the prices and **forgot the counts**.",
      `\`\`\`diff\n${DIFF}\n\`\`\``,
      "All 42 tests pass now.",
      "*This is a scripted engine: no file was touched and no model was asked.*",
    ].join("\n\n"),
  };
}

async function askHow({ agent, ask, session }: LiveScene) {
  await agent.use("I look at what is here.", list(session.cwd));
  const reply = await ask({
    ...{ kind: "choice", id: "way", title: "Which way shall I take?", isMultiple: false, isOpen: true },
    options: [
      { value: "quick", label: "The quick one", description: "fix what fails, leave the rest" },
      { value: "thorough", label: "The thorough one", description: "tests first, then the fix" },
    ],
  });
  const way = reply.type === "choose" ? reply.values.join(" and ") : reply.type === "text" ? reply.text : undefined;
  if (way === undefined) return { answer: "Nobody chose, so I did nothing." };
  return { answer: `You chose **${way}**. A real engine would continue from here; this one is scripted.` };
}
