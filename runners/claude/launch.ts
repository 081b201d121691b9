import type { RunSpec } from "../../src/domain/run.ts";
import type { RunRequest } from "../../src/engine/contract.ts";
import type { Launch } from "../../src/engine/define.ts";
import { readImages } from "../../src/engine/images.ts";
import { toolsCommand } from "../../src/engine/pass.ts";
import { isUnkept } from "../../src/engine/unkept.ts";
import { toMessage } from "./message.ts";
import { type ClaudeOptions, toArguments, UNKEPT, variablesOf } from "./options.ts";
import { findSession } from "./sessions.ts";
import { type ClaudeState, ENGINE, initialState } from "./state.ts";
import { trustArguments } from "./trust.ts";

/**
 * Argv and first state of one headless run. A session may be resumed in any directory, and works there.
 *
 * @throws EngineError if the session is not there.
 */
export async function launch(request: RunRequest & { readonly options: ClaudeOptions }): Promise<Launch<ClaudeState>> {
  const { options, cwd, env, trusted } = request;
  const { session: id, attachments } = request.spec;
  const text = textOf(request.spec);
  const hasImages = attachments.length > 0;
  const session = id === undefined ? undefined : await findSession(id, { options, env });
  return {
    file: options.cmd ?? ENGINE,
    args: [
      ...toArguments(options, hasImages ? "images" : "headless", toolsCommand(request.tools, request.spec.runId)),
      ...trustArguments(cwd, trusted, options),
      ...(id === undefined ? [] : [`--resume=${id}`]),
      ...(isUnkept(options, id) ? [UNKEPT] : []),
    ],
    env: variablesOf(options, env),
    stdin: hasImages ? `${JSON.stringify(toMessage(text, await readImages(attachments)))}\n` : text,
    state: { ...initialState, cwd, ...(session && { before: session.used }) },
  };
}

/** A prompt that begins with `/` would be taken for one of claude's own commands. */
export const textOf = ({ prompt, isCommand }: Pick<RunSpec, "prompt" | "isCommand">): string =>
  prompt.startsWith("/") && !isCommand ? ` ${prompt}` : prompt;
