import { z } from "zod";
import { inlineCode } from "../domain/inline-code.ts";
import { moment } from "../domain/moment.ts";
import { defineOperation } from "./operation.ts";

const Machine = z.object({
  name: z.string(),
  state: z.enum(["up", "gone", "unseen", "unknown", "away"]),
  /** When it was heard last, or the broker was lost; ms since 1970, 0 if never. */
  since: z.number(),
  host: z.string().optional(),
  version: z.string().optional(),
  engines: z.array(z.string()),
  projects: z.array(z.string()),
  running: z.number(),
  problems: z.array(z.string()),
});

export const machines = defineOperation({
  name: "machines",
  summary: "the other machines, and which of them are there",
  input: z.strictObject({}),
  output: z.array(Machine),
  intent: "read",
  idempotent: true,
  examples: [{}],
  run: async ({ bridge }) => {
    const found = await bridge.look("machines", {});
    return found.map(({ engines, projects, problems, ...facts }) => ({
      ...{ ...facts, engines: [...engines], projects: [...projects], problems: [...problems] },
    }));
  },
  tell: (found) => ({
    body: found.map(describe).join("\n") || "Everything runs on this machine: no project of the config names another.",
  }),
});

function describe({ name, state, since, version, engines, projects, running, problems }: z.infer<typeof Machine>) {
  const runs = running === 1 ? "1 task" : `${running} tasks`;
  const facts = [
    ...[inlineCode(name), stateOf(state, since)],
    ...(state === "up" ? [running === 0 ? "idle" : runs] : []),
    ...(version === undefined ? [] : [`takopi ${version}`]),
    ...(engines.length === 0 ? [] : [engines.join(", ")]),
    ...(projects.length === 0 ? [] : [projects.map(inlineCode).join(", ")]),
  ];
  return [`- ${facts.join(" · ")}`, ...problems.map((problem) => `  - ${problem}`)].join("\n");
}

function stateOf(state: z.infer<typeof Machine>["state"], since: number): string {
  switch (state) {
    case "up":
      return "there";
    case "gone":
      return `gone since ${moment(since)}`;
    case "unseen":
      return "not seen yet";
    case "unknown":
      return "being looked for";
    case "away":
      return `unknown: the broker has been out of reach since ${moment(since)}`;
  }
}
