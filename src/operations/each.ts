import { z } from "zod";
import { resolvePrompt } from "../bridge/resolve.ts";
import { writeDirectives } from "../domain/directives.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { UserError } from "../errors.ts";
import { defineOperation } from "./operation.ts";

const Started = z.object({ project: z.string(), run: z.string() });

export const each = defineOperation({
  name: "each",
  summary: "run a task in several projects, with a summary at the end",
  input: z.strictObject({
    projects: z.array(z.string().min(1)).min(1).describe("aliases of projects"),
    task: z.string().trim().min(1),
  }),
  output: z.object({ batch: z.string(), runs: z.array(Started) }),
  operands: ["projects", "task"],
  read: readWords,
  intent: "write",
  idempotent: false,
  examples: [{ projects: ["web"], task: "update the dependencies" }],
  run: (access, { projects, task }, { place, surface }) => {
    const { bridge, store, config } = access;
    const aliases = [...new Set(projects)].map((name) => {
      const found = [...config.projects.keys()].find((alias) => alias.toLowerCase() === name.toLowerCase());
      if (found !== undefined) return found;
      throw new UserError(`There is no project ${name}: \`projects\` lists them.`, { code: "not_found" });
    });
    const batch = `${access.now.toString(36)}${Math.random().toString(36).slice(2, 6)}`;
    const runs = store.durably(() =>
      aliases.map((project) => {
        const origin = { type: "batch", of: batch, caller: surface } as const;
        const prompt = { ...place, reply: undefined, text: writeDirectives({ project, prompt: task }), origin };
        return { project, run: bridge.add(prompt, resolvePrompt(prompt, access)) };
      }),
    );
    for (const { run } of runs) bridge.start(run);
    return { batch, runs };
  },
  tell: ({ runs }) => ({
    body: `Runs in ${runs.map(({ project }) => inlineCode(project)).join(", ")}. A summary comes when all have ended.`,
  }),
});

/** `web,api fix the tests` */
function readWords(words: string): { projects: string[]; task: string } {
  const [, names = "", task = ""] = /^(\S+)\s+(.+)$/s.exec(words) ?? [];
  if (task === "") {
    throw new UserError("Name the projects and put the task behind them: `/each web,api fix the tests`.", {
      code: "usage",
    });
  }
  return { projects: names.split(",").filter(Boolean), task };
}
