import { z } from "zod";
import { inlineCode } from "../domain/inline-code.ts";
import { defineOperation } from "./operation.ts";
import { engineFor, scopeFor } from "./scope.ts";

/** Some engines know hundreds, and nobody reads them all. */
const SHOWN_MODELS = 60;

export const models = defineOperation({
  name: "models",
  summary: "list the models that an engine has",
  input: z.strictObject({ engine: z.string().optional() }),
  output: z.object({ engine: z.string(), models: z.array(z.string()) }),
  argument: "engine",
  intent: "read",
  idempotent: true,
  examples: [{}, { engine: "codex" }],
  run: async (access, { engine: named }, caller) => {
    const scope = scopeFor(access, caller);
    const engine = engineFor(access, scope, named);
    const project = scope.settings.context()?.context.project ?? null;
    return { engine: engine.label, models: [...(await access.bridge.threads.models(engine, project))] };
  },
  tell: ({ engine, models: found }) => {
    if (found.length === 0) return { body: `${engine} names no models.` };
    const more = found.length > SHOWN_MODELS ? [`and ${found.length - SHOWN_MODELS} more`] : [];
    const lines = [...found.slice(0, SHOWN_MODELS).map(inlineCode), ...more].map((line) => `- ${line}`);
    return { body: `Models of ${engine}:\n\n${lines.join("\n")}\n\n\`/model <id>\` chooses one.` };
  },
});
