import { z } from "zod";
import { preferenceOf } from "../bridge/settings.ts";
import { TRIGGER_MODES } from "../domain/settings.ts";
import { UserError } from "../errors.ts";
import { choice, choiceButtons, DEFAULT } from "./choice.ts";
import { type Access, type Caller, defineOperation } from "./operation.ts";
import { changeFor, originOf, scopeFor } from "./scope.ts";

const Output = z.object({
  scope: z.enum(["topic", "chat"]),
  mode: z.enum(TRIGGER_MODES),
  origin: z.string(),
  isChanged: z.boolean(),
  isChosen: z.boolean(),
});

const MEANING = {
  all: "every message here is for the bot",
  mentions: "only a message that mentions the bot, replies to it or begins with a command is for it",
};

export const trigger = defineOperation({
  name: "trigger",
  summary: "answer all messages of this chat or topic, or mentions only",
  input: z.strictObject({ mode: choice }),
  output: Output,
  argument: "mode",
  intent: "write",
  idempotent: true,
  examples: [{}, { mode: "mentions" }],
  run: (access, { mode: wanted = "" }, caller) => {
    if (wanted === "") return show(access, caller, false);
    const mode = TRIGGER_MODES.find((one) => one === wanted.toLowerCase());
    if (mode === undefined && wanted !== DEFAULT) {
      throw new UserError("Write `/trigger all`, `/trigger mentions` or `/trigger clear`.", { code: "usage" });
    }
    return changeFor(access, caller, () => {
      access.store.preferences.set(scopeFor(access, caller).place, preferenceOf.trigger, mode);
      return show(access, caller, true);
    });
  },
  tell: ({ scope, mode, origin, isChanged, isChosen }) => ({
    body: isChanged
      ? `From now on in this ${scope}, ${MEANING[mode]}.`
      : `Trigger in this ${scope}: \`${mode}\` (${origin}): ${MEANING[mode]}.`,
    receipt: mode,
    buttons: choiceButtons(
      "trigger",
      TRIGGER_MODES.map((one) => ({ label: one, isPresent: one === mode, input: { mode: one } })),
      { reset: isChosen ? { mode: DEFAULT } : undefined },
    ),
  }),
});

function show(access: Access, caller: Caller, isChanged: boolean): z.infer<typeof Output> {
  const { kind, settings } = scopeFor(access, caller);
  const { value, layer } = settings.trigger();
  const mode = TRIGGER_MODES.find((one) => one === value) ?? "all";
  const origin = layer === "global" ? "as it is unless chosen" : originOf({ layer });
  return { scope: kind, mode, origin, isChanged, isChosen: layer === kind };
}
