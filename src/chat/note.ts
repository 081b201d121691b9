import type { Config } from "../config/config.ts";
import type { Engine, EngineSetup, Probe } from "../engine/contract.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { Document } from "./document.ts";
import { code, type Inline, lines, text } from "./markdown/tree.ts";
import type { Transport } from "./transport.ts";

export interface NoteParts {
  readonly config: Config;
  readonly engines: readonly Engine[];
  readonly version: string;
  /** Where runs without a project work. */
  readonly home: string;
  readonly setupOf: (engine: Engine) => EngineSetup;
}

interface Chat {
  readonly transport: Transport;
  readonly store: Store;
  readonly log: Logger;
}

/** How long an engine may take to tell its version before the note says that it is slow. */
const SLOW_MS = 15_000;

/** Tells the main chat at once that the bridge is there; what the engines say of themselves is added when it is known. */
export async function greet(parts: NoteParts, { transport, store, log }: Chat): Promise<void> {
  const target = { chatId: transport.mainChat, topicId: null, replyTo: null };
  const options = { isSilent: true, urgency: "note" } as const;
  try {
    const sent = transport.send(target, noteOf(parts, new Map()), options);
    const [messageId, found] = await Promise.all([sent, probeAll(parts)]);
    store.deliveries.keepReply(target.chatId, messageId);
    await transport.edit(target.chatId, messageId, noteOf(parts, found), options);
  } catch (error) {
    log.warn({ err: error }, "bridge.greeting");
  }
}

type Found = ReadonlyMap<string, Probe | "slow">;

async function probeAll({ engines, setupOf }: NoteParts): Promise<Found> {
  const probes = engines.map(async (engine): Promise<[string, Probe | "slow"]> => {
    const slow = new Promise<"slow">((resolve) => setTimeout(resolve, SLOW_MS, "slow" as const).unref());
    return [engine.id, await Promise.race([engine.probe(setupOf(engine)), slow])];
  });
  return new Map(await Promise.all(probes));
}

function noteOf({ config, engines, version, home }: NoteParts, found: Found): Document {
  const aliases = [...config.projects.keys()].sort((a, b) => a.localeCompare(b)).map((alias) => [code(alias)]);
  const note = lines([
    [{ type: "bold", children: [text(`takopi ${version} is ready`)] }],
    [text("default engine: "), code(config.default_engine)],
    [text("engines: "), ...commaSeparated(engines.map(({ id }) => describe(id, found.get(id))))],
    [text("projects: "), ...(aliases.length === 0 ? [text("none")] : commaSeparated(aliases))],
    [text("works in: "), code(home)],
  ]);
  return { body: [note] };
}

function describe(id: string, found: Probe | "slow" | undefined): readonly Inline[] {
  if (found === undefined) return [code(id)];
  if (found === "slow") return [code(id), text(" (slow to tell its version)")];
  const { path, version, problems } = found;
  if (path === undefined) return [code(id), text(" (not installed)")];
  const more = problems.length > 0 ? [text(" (see "), code("takopi doctor"), text(")")] : [];
  return [code(id), text(version === undefined ? "" : ` ${version}`), ...more];
}

const commaSeparated = (pieces: readonly (readonly Inline[])[]): readonly Inline[] =>
  pieces.flatMap((piece, index) => (index === 0 ? piece : [text(", "), ...piece]));
