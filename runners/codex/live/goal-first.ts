import type { Goal } from "../../../src/domain/goal.ts";
import type { Choice, Reply } from "../../../src/domain/question.ts";
import type { RunContext } from "../../../src/engine/driver.ts";
import { OpenQuestions } from "../../../src/engine/open-questions.ts";

/** Asks whether a run continues the session's own goal after its message. False if nobody says so, or it is stopped. */
export function wantsGoal({ objective }: Goal, context: RunContext): Promise<boolean> {
  const { stopped } = context;
  const questions = new OpenQuestions("codex", context);
  context.ready({ interrupt: true, answer: async (id, reply) => questions.answer(id, reply) });
  return new Promise((resolve) => {
    stopped.addEventListener("abort", () => questions.close(), { once: true });
    const asking = {
      questions: [{ ...QUESTION, body: objective }],
      toAnswer: ([reply]: readonly Reply[]) => reply?.type === "choose" && reply.values.includes("continue"),
    };
    questions.ask(QUESTION.id, asking, resolve);
    if (stopped.aborted) questions.close();
  });
}

const QUESTION: Choice = {
  ...{ id: "goal", kind: "choice", isMultiple: false, isOpen: false },
  title: "This session has a goal of its own: continue it or pause it?",
  options: [
    { value: "continue", label: "Continue", description: "your message comes first, then the goal" },
    { value: "pause", label: "Pause", description: "only your message" },
  ],
};
