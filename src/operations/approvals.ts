import { z } from "zod";
import { formatElapsed } from "../domain/elapsed.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { defineOperation } from "./operation.ts";

const Waiting = z.object({
  key: z.string(),
  run: z.string(),
  kind: z.string(),
  title: z.string(),
  engine: z.string().nullable(),
  project: z.string().nullable(),
  body: z.string().nullable(),
  options: z.array(z.string()),
  askedAt: z.number(),
  forMs: z.number(),
});

export const approvals = defineOperation({
  name: "approvals",
  summary: "questions of engines that wait for a person",
  input: z.strictObject({}),
  output: z.array(Waiting),
  intent: "read",
  idempotent: true,
  examples: [{}],
  run: ({ store, now }, _input, { surface, place }) =>
    store.questions
      .open()
      .filter(({ chatId }) => surface !== "chat" || chatId === place.chatId)
      .map(({ key, runId, kind, title, question, askedAt }) => {
        const run = store.runs.get(runId);
        const options = question.kind === "choice" ? question.options.map(({ label }) => label) : [];
        return {
          ...{ key, run: runId, kind, title, options, askedAt, forMs: now - askedAt },
          ...{ engine: run?.engine ?? null, project: run?.project ?? null, body: question.body ?? null },
        };
      }),
  tell: (open) => ({
    body:
      open
        .map(({ key, engine, project, title, options, forMs }) => {
          const place = project === null ? [] : [inlineCode(project)];
          const choices = options.length === 0 ? [] : [options.map(inlineCode).join(", ")];
          const facts = [inlineCode(key), inlineCode(engine ?? "?"), ...place, inlineCode(title), ...choices];
          return `- ${[...facts, `for ${formatElapsed(forMs)}`].join(" · ")}`;
        })
        .join("\n") || "No question waits.",
  }),
});
