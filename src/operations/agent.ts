import { z } from "zod";
import { preferenceOf } from "../bridge/settings.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { choice, choiceButtons, DEFAULT } from "./choice.ts";
import { type Access, type Caller, defineOperation } from "./operation.ts";
import { changeFor, engineFor, originOf, scopeFor } from "./scope.ts";

const Output = z.object({
  scope: z.enum(["topic", "chat"]),
  engine: z.string(),
  origin: z.string(),
  isChanged: z.boolean(),
  /** Whether the topic or chat itself has chosen. */
  isChosen: z.boolean(),
  engines: z.array(z.string()),
});

export const agent = defineOperation({
  name: "agent",
  summary: "show or choose the engine of this chat or topic",
  input: z.strictObject({ engine: choice }),
  output: Output,
  argument: "engine",
  intent: "write",
  idempotent: true,
  examples: [{}, { engine: "codex" }],
  run: (access, { engine: wanted = "" }, caller) => {
    if (wanted === "") return show(access, caller, false);
    const scope = scopeFor(access, caller);
    const id = wanted === DEFAULT ? undefined : engineFor(access, scope, wanted).id;
    return changeFor(access, caller, () => {
      access.store.preferences.set(scope.place, preferenceOf.engine, id);
      return show(access, caller, true);
    });
  },
  tell: ({ scope, engine, origin, isChanged, isChosen, engines }) => ({
    body: isChanged
      ? `New sessions of this ${scope} use ${inlineCode(engine)} from now on.`
      : `Engine of new sessions in this ${scope}: ${inlineCode(engine)} (${origin}).`,
    receipt: engine,
    buttons: choiceButtons(
      "agent",
      engines.map((id) => ({ label: id, isPresent: id === engine, input: { engine: id } })),
      { reset: isChosen ? { engine: DEFAULT } : undefined },
    ),
  }),
});

function show(access: Access, caller: Caller, isChanged: boolean): z.infer<typeof Output> {
  const { kind, settings } = scopeFor(access, caller);
  const engine = settings.engine(settings.context()?.context.project);
  const engines = access.engines.map(({ id }) => id);
  const isChosen = engine.layer === kind;
  return { scope: kind, engine: engine.value, origin: originOf(engine), isChanged, isChosen, engines };
}
