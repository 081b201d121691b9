import { randomBytes } from "node:crypto";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { BOUNDS } from "../../../src/bounds.ts";
import type { Attachment } from "../../../src/domain/run.ts";
import { EngineError } from "../../../src/errors.ts";
import { type OpencodeOptions, readCommand } from "../options.ts";
import type { Call } from "./client.ts";

export interface Prompt {
  readonly session: string;
  readonly directory: string;
  readonly text: string;
  readonly images: readonly Attachment[];
  readonly options: OpencodeOptions;
  /** The id of the message; the server chooses one if it is absent. */
  readonly id?: string;
}

/** Hands a message over; answered as soon as it is taken, and to a busy session as well. */
export function promptCall({ session, directory, text, images, options, id }: Prompt): Call {
  const model = options.model === undefined ? undefined : splitModel(options.model);
  const body = {
    parts: [{ type: "text", text }, ...images.map(toPart)],
    ...{ messageID: id, model, system: options.instructions, agent: options.agent, variant: options.variant },
  };
  return { method: "POST", path: `/session/${session}/prompt_async`, directory, body };
}

/** A command of opencode's own; answered when its turn is over. */
export function commandCall({ session, directory, text, options, id }: Prompt): Call {
  const { agent, model, variant } = options;
  const { name: command, words } = readCommand(text);
  const body = { command, arguments: words, messageID: id, model, agent, variant };
  const limitMs = BOUNDS.liveServer.commandMs;
  return { method: "POST", path: `/session/${session}/command`, directory, body, limitMs };
}

const toPart = ({ path, mime }: Attachment) => ({
  ...{ type: "file", mime, filename: basename(path), url: pathToFileURL(path).href },
});

/** `provider/model`; the model's own name may hold slashes. */
export function splitModel(name: string): { readonly providerID: string; readonly modelID: string } {
  const [, providerID, modelID] = /^([^/]+)\/(.+)$/.exec(name) ?? [];
  if (providerID !== undefined && modelID !== undefined) return { providerID, modelID };
  throw new EngineError(`opencode needs a model as provider/model, not \`${name}\`.`);
}

/**
 * An id for a message of now. opencode orders messages by them: the lower 48 bits of the time in ms times 4096 in hex,
 * then 14 characters by chance (1.18.33, packages/opencode/src/id).
 */
export function newMessageId(nowMs: number): string {
  const time = BigInt.asUintN(48, BigInt(nowMs) * 4096n)
    .toString(16)
    .padStart(12, "0");
  return `msg_${time}${randomBytes(7).toString("hex")}`;
}
