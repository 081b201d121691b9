import type {
  ClientContext,
  InitializeResponse,
  SessionConfigOption,
  SessionModeState,
  SetSessionConfigOptionResponse,
} from "@agentclientprotocol/sdk/unstable";
import { BOUNDS } from "../../src/bounds.ts";
import { ifKnown } from "../../src/engine/missing-method.ts";
import { type RunTools, TOOLS_NAME } from "../../src/engine/pass.ts";
import { EngineError } from "../../src/errors.ts";
import { type AcpOptions, toServers } from "./options.ts";
import { answered } from "./refusal.ts";

/** Pages of sessions that are looked through. */
const MOST_PAGES = 20;

export interface SessionWish {
  /** The one to resume; absent for a new one. */
  readonly session: string | undefined;
  readonly cwd: string;
  readonly options: AcpOptions;
  /** The server of takopi's own tools, if the session gets them. */
  readonly tools: RunTools["command"] | undefined;
}

interface Peer {
  readonly agent: ClientContext;
  readonly told: InitializeResponse;
  readonly label: string;
}

interface Opened {
  readonly session: string;
  readonly config: readonly SessionConfigOption[];
}

interface Answer {
  readonly sessionId?: string;
  readonly configOptions?: readonly SessionConfigOption[] | null;
  readonly modes?: SessionModeState | null;
}

/** @throws EngineError if the agent has no such session, or lacks a model or mode that the options name. */
export async function openSession(peer: Peer, wish: SessionWish): Promise<Opened> {
  const { agent, label } = peer;
  const answer = wish.session === undefined ? await begin(peer, wish) : await resume(peer, wish.session, wish);
  const session = wish.session ?? answer.sessionId;
  if (session === undefined) throw new EngineError(`${label} opened a session without an id.`);
  let config = answer.configOptions ?? [];
  const { model, mode, effort } = wish.options;
  const choose = async (category: string, value: string | undefined): Promise<void> => {
    if (value === undefined) return;
    const option = config.find((one) => one.category === category && one.type === "select");
    if (option === undefined && category === "mode" && answer.modes) {
      return setMode(peer, { session, value, modes: answer.modes });
    }
    if (option === undefined)
      throw new EngineError(`${label} lets nobody choose its ${WORDS[category]}; remove that option.`);
    const known = valuesOf(option);
    if (!known.includes(value)) throw unknown(label, category, value, known);
    const request = { sessionId: session, configId: option.id, value };
    const call = agent.request<SetSessionConfigOptionResponse>("session/set_config_option", request);
    config = (await answered(label, `take its ${WORDS[category]}`, BOUNDS.liveServer.callMs, call)).configOptions;
  };
  await choose("model", model);
  await choose("mode", mode);
  await choose("thought_level", effort);
  return { session, config };
}

const WORDS: Readonly<Record<string, string>> = { model: "model", mode: "mode", thought_level: "effort" };

export const valuesOf = (option: SessionConfigOption): readonly string[] =>
  option.type === "select"
    ? option.options.flatMap((one) => ("options" in one ? one.options : [one])).map(({ value }) => value)
    : [];

async function setMode(
  { agent, label }: Peer,
  { session, value, modes }: { session: string; value: string; modes: SessionModeState },
): Promise<void> {
  const known = modes.availableModes.map(({ id }) => id);
  if (!known.includes(value)) throw unknown(label, "mode", value, known);
  const call = agent.request("session/set_mode", { sessionId: session, modeId: value });
  await answered(label, "take its mode", BOUNDS.liveServer.callMs, call);
}

const unknown = (label: string, category: string, value: string, known: readonly string[]) =>
  new EngineError(`${label} has no ${WORDS[category]} "${value}"; there are ${known.slice(0, 30).join(", ")}.`);

const begin = ({ agent, label }: Peer, wish: SessionWish): Promise<Answer> =>
  answered(
    label,
    "open a session",
    BOUNDS.liveServer.sessionMs,
    agent.request("session/new", { cwd: wish.cwd, mcpServers: serversOf(wish) }),
  );

function serversOf({ options, tools }: SessionWish) {
  const own = tools && { [TOOLS_NAME]: { command: tools.file, args: [...tools.args], env: {} } };
  return toServers({ ...options.mcp, ...own });
}

/** Without the history if the agent can do that: it is not shown again. */
async function resume(peer: Peer, sessionId: string, wish: SessionWish): Promise<Answer> {
  const { agent, label, told } = peer;
  const { loadSession, sessionCapabilities } = told.agentCapabilities ?? {};
  const request = { sessionId, cwd: wish.cwd, mcpServers: serversOf(wish) };
  await requireDirectory(peer, sessionId, wish.cwd);
  const ways = [
    { can: sessionCapabilities?.resume, what: "resume the session", method: "session/resume" },
    { can: loadSession, what: "load the session", method: "session/load" },
  ] as const;
  for (const { can, what, method } of ways) {
    if (!can) continue;
    const call = answered(label, what, BOUNDS.liveServer.sessionMs, agent.request<Answer | null>(method, request));
    const opened = await ifKnown(call.then((answer) => answer ?? {}));
    if (opened) return opened;
  }
  throw new EngineError(`${label} cannot resume a session once its process has ended; start a new one.`);
}

/** In another directory than its own a session may hang on its first tool (opencode 1.18.33). */
async function requireDirectory({ agent, label, told }: Peer, session: string, cwd: string): Promise<void> {
  if (!told.agentCapabilities?.sessionCapabilities?.list) return;
  let cursor: string | null | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const call = agent.request("session/list", cursor ? { cursor } : {});
    const listed = await ifKnown(answered(label, "list its sessions", BOUNDS.liveServer.callMs, call));
    if (listed === undefined) return;
    const { sessions, nextCursor } = listed;
    const found = sessions.find(({ sessionId }) => sessionId === session);
    if (found?.cwd === cwd) return;
    if (found) throw new EngineError(`This session works in ${found.cwd}: resume it from there.`);
    if (!nextCursor) return;
    cursor = nextCursor;
  }
}
