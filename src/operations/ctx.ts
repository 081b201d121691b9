import { z } from "zod";
import { inlineCode } from "../domain/inline-code.ts";
import { bind, entitle } from "./bind.ts";
import { choice, choiceButtons, DEFAULT } from "./choice.ts";
import { readContext } from "./context-words.ts";
import { Conversation, conversationOf, describe } from "./conversation.ts";
import { type Access, type Caller, defineOperation } from "./operation.ts";
import { scopeFor } from "./scope.ts";

const Output = Conversation.extend({
  isChanged: z.boolean(),
  projects: z.array(z.string()),
  /** Why something did not follow the change. */
  problem: z.string().nullable(),
});

/** More have no room as buttons. */
const SHOWN_PROJECTS = 24;

export const ctx = defineOperation({
  name: "ctx",
  summary: "where this chat or topic works and with what; set <project> @branch, or clear",
  input: z.strictObject({ context: choice }),
  output: Output,
  argument: "context",
  intent: "write",
  idempotent: true,
  examples: [{}, { context: "web @feat/login" }],
  run: (access, { context: words = "" }, caller) => {
    if (words === "") return show(access, caller, { isChanged: false, problem: null });
    const { place } = scopeFor(access, caller);
    const context = words === DEFAULT ? undefined : readContext(words, access, caller);
    bind(place, context, access);
    if (!context || place.topicId == null) return show(access, caller, { isChanged: true, problem: null });
    return entitle(place, context, access).then((problem) =>
      show(access, caller, { isChanged: true, problem: problem ?? null }),
    );
  },
  tell: ({ isChanged, projects, problem, ...conversation }) => {
    const { scope, project, isPrivate } = conversation;
    const where = project.value === null ? "outside of projects" : `in ${inlineCode(project.value)}`;
    const head = isChanged
      ? `New tasks of this ${scope} run ${where} from now on.`
      : `Where this ${scope} works, and with what:`;
    const present = project.value?.split(" ", 1)[0];
    const options = projects.slice(0, SHOWN_PROJECTS).map((alias) => ({
      ...{ label: alias, isPresent: alias === present, input: { context: alias } },
    }));
    const reset = project.origin.startsWith("chosen") ? { context: DEFAULT } : undefined;
    return {
      body: [head, describe({ ...conversation, isPrivate }), ...(problem === null ? [] : [problem])].join("\n\n"),
      receipt: project.value ?? "",
      buttons: choiceButtons("ctx", options, { reset }),
    };
  },
});

const show = (access: Access, caller: Caller, more: Pick<z.infer<typeof Output>, "isChanged" | "problem">) => ({
  ...conversationOf(access, caller),
  ...more,
  projects: [...access.config.projects.keys()],
});
