import { z } from "zod";
import { checkTransfer } from "../bridge/file-limits.ts";
import { resolvePath } from "../bridge/resolve-path.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { UserError } from "../errors.ts";
import { defineOperation } from "./operation.ts";

const USAGE =
  "Say which file to get, by its path from the project: `/file get README.md`. To store one, send it with the caption `/file put path`.";

/** Sends a file to the conversation; `/file put` comes with a file, so that it is no operation. */
export const file = defineOperation({
  name: "file",
  summary: "send a file or folder of the project: /file get path; /file put path as a caption stores a file",
  input: z.strictObject({ action: z.string().default("") }),
  output: z.object({ name: z.string(), size: z.number(), leftOut: z.number() }),
  argument: "action",
  intent: "read",
  idempotent: false,
  examples: [{ action: "get README.md" }],
  run: (access, { action }, { surface, place }) => {
    if (surface === "chat") checkTransfer(place.userId, access.config);
    const [, text] = /^get\s+(.+)$/s.exec(action.trim()) ?? [];
    const { context, path } = resolvePath(text ?? "", place, access);
    if (path === "") throw new UserError(USAGE, { code: "usage" });
    const { chatId, topicId, messageId: replyTo } = place;
    const branch = context?.branch === undefined ? {} : { branch: context.branch };
    return access.bridge.sendFile(path, {
      place: context ? { project: context.project, ...branch } : {},
      target: { chatId, topicId: topicId ?? null, replyTo: replyTo ?? null },
    });
  },
  tell: ({ name, leftOut }) => {
    const what = leftOut === 1 ? "one entry" : `${leftOut} entries`;
    const without = leftOut === 0 ? "" : ` without ${what}: links, and what \`deny_globs\` keeps back, are not sent`;
    return { body: `Sending ${inlineCode(name)}${without}.`, isSeen: leftOut === 0 };
  },
});
