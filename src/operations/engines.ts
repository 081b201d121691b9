import { z } from "zod";
import { inlineCode } from "../domain/inline-code.ts";
import { defineOperation } from "./operation.ts";

const Found = z.object({
  id: z.string(),
  label: z.string(),
  isDefault: z.boolean(),
  path: z.string().optional(),
  version: z.string().optional(),
  problems: z.array(z.string()),
});

export const engines = defineOperation({
  name: "engines",
  summary: "the engines found, with their versions",
  input: z.strictObject({}),
  output: z.array(Found),
  intent: "read",
  idempotent: true,
  examples: [{}],
  run: ({ engines: known, config, bridge }) =>
    Promise.all(
      known.map(async ({ id, label }) => {
        const { problems, ...probe } = await bridge.look("probe", { engine: id });
        return { id, label, isDefault: id === config.default_engine, ...probe, problems: [...problems] };
      }),
    ),
  tell: (found) => ({
    body: found
      .map(({ id, isDefault, version, path, problems }) => {
        const state = path === undefined ? "not installed" : (version ?? "unknown version");
        const more = path === undefined ? [] : problems.slice(0, 1);
        return `- ${[inlineCode(id), ...(isDefault ? ["default"] : []), state, ...more.map(inlineCode)].join(" · ")}`;
      })
      .join("\n"),
  }),
});
