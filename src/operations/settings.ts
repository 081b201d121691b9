import { z } from "zod";
import { type Conversation, conversationOf, describe, Conversation as Output } from "./conversation.ts";
import { defineOperation, type OperationButton } from "./operation.ts";

export const settings = defineOperation({
  name: "settings",
  summary: "everything that this chat or topic can choose, as buttons",
  input: z.strictObject({}),
  output: Output,
  intent: "read",
  idempotent: true,
  examples: [{}],
  run: (access, _input, caller) => conversationOf(access, caller),
  tell: (conversation) => ({
    body: `Settings of this ${conversation.scope}\n\n${describe(conversation)}`,
    receipt: "",
    buttons: buttonsOf(conversation),
  }),
});

function buttonsOf({ project, engine, model, reasoning, trigger, isPrivate }: Conversation): OperationButton[][] {
  const button = (name: string, operation: string, { value }: { readonly value: string | null }) => ({
    ...{ label: `${name}: ${value ?? "not set"}`, operation, input: {} },
  });
  return [
    [button("Project", "ctx", project)],
    [button("Engine", "agent", engine), button("Model", "model", model)],
    [
      ...(reasoning ? [button("Reasoning", "reasoning", reasoning)] : []),
      ...(isPrivate ? [] : [button("Trigger", "trigger", trigger)]),
    ],
    [{ label: "New session", operation: "new", input: {} }],
  ].filter((row) => row.length > 0);
}
