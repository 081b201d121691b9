import { z } from "zod";
import { preferenceOf } from "../bridge/settings.ts";
import { hasTopics, whyNoTopics } from "../config/topics.ts";
import type { Context } from "../domain/context.ts";
import { writeContext } from "../domain/context.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { UserError } from "../errors.ts";
import { bind, entitle, keepTitle, titleOf } from "./bind.ts";
import { readContext } from "./context-words.ts";
import { type Access, type Caller, defineOperation } from "./operation.ts";

const Output = z.object({
  context: z.string(),
  topicId: z.string(),
  was: z.enum(["bound", "made", "there"]),
  link: z.string().nullable(),
  problem: z.string().nullable(),
});
type Output = z.infer<typeof Output>;

export const topic = defineOperation({
  name: "topic",
  summary: "bind this topic to <project> @branch, or make one for it",
  input: z.strictObject({ context: z.string().default("") }),
  output: Output,
  argument: "context",
  intent: "write",
  idempotent: true,
  examples: [{ context: "web @feat/login" }],
  run: async (access, { context: words }, caller) => {
    const { chatId, topicId } = caller.place;
    if (!hasTopics(access.config, chatId)) throw new UserError(whyNoTopics(access.config));
    if (words.trim() === "") throw new UserError("Write what for, as in `/topic web @feat/login`.", { code: "usage" });
    const context = readContext(words, access, caller);
    return topicId === undefined ? findOrMake(context, access, caller) : bindHere(context, topicId, access, caller);
  },
  tell: ({ context, was, link, problem }) => {
    const name = link === null ? inlineCode(context) : `[${context}](${link})`;
    const texts = {
      bound: `This topic is bound to ${inlineCode(context)}: its messages are one conversation, and run there.`,
      made: `Made the topic ${name}.`,
      there: `There is a topic for it already: ${name}.`,
    };
    return { body: [texts[was], ...(problem === null ? [] : [problem])].join(" ") };
  },
});

async function bindHere(context: Context, topicId: string, access: Access, caller: Caller): Promise<Output> {
  const place = { chatId: caller.place.chatId, topicId };
  bind(place, context, access);
  const problem = (await entitle(place, context, access)) ?? null;
  return { context: writeContext(context), topicId, was: "bound", link: null, problem };
}

/** A topic that somebody deleted is forgotten, and made again. */
async function findOrMake(context: Context, access: Access, caller: Caller): Promise<Output> {
  const { store, chats, bridge } = access;
  const { chatId } = caller.place;
  const written = writeContext(context);
  for (const topicId of store.preferences.topicsWith(chatId, preferenceOf.context, written)) {
    const isThere = await chats.renameTopic(chatId, topicId, titleOf(context));
    if (isThere) {
      const link = chats.linkTo(chatId, topicId) ?? null;
      return { context: written, topicId, was: "there", link, problem: null };
    }
    store.preferences.forgetTopic(chatId, topicId);
  }
  const topicId = await chats.createTopic(chatId, titleOf(context));
  const place = { chatId, topicId };
  store.transaction(() => {
    bind(place, context, access);
    keepTitle(place, context, access);
  });
  bridge.tell(
    place,
    `This topic is bound to ${inlineCode(written)}: its messages are one conversation, and run there.`,
  );
  return { context: written, topicId, was: "made", link: chats.linkTo(chatId, topicId) ?? null, problem: null };
}
