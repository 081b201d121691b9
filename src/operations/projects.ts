import { z } from "zod";
import { inlineCode } from "../domain/inline-code.ts";
import { defineOperation } from "./operation.ts";

const Project = z.object({
  alias: z.string(),
  path: z.string(),
  machine: z.string().optional(),
  engine: z.string(),
  isDefault: z.boolean(),
  isTrusted: z.boolean(),
});

export const projects = defineOperation({
  name: "projects",
  summary: "the projects of the config",
  input: z.strictObject({}),
  output: z.array(Project),
  intent: "read",
  idempotent: true,
  examples: [{}],
  run: ({ config }) =>
    [...config.projects.values()].map(({ alias, path, machine, default_engine, trusted }) => ({
      ...{ alias, path, ...(machine !== undefined && { machine }), engine: default_engine ?? config.default_engine },
      ...{ isDefault: alias === config.default_project, isTrusted: trusted },
    })),
  tell: (found) => ({
    body:
      found
        .map(({ alias, path, machine, engine, isDefault, isTrusted }) => {
          const marks = [...(isDefault ? ["default"] : []), ...(isTrusted ? ["trusted"] : [])];
          return `- ${[inlineCode(alias), machine === undefined ? inlineCode(path) : `on ${machine}`, engine, ...marks].join(" · ")}`;
        })
        .join("\n") || "No projects yet: run `takopi init` in a repository.",
  }),
});
