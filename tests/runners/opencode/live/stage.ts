import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, vi } from "vitest";
import { opencode } from "../../../../runners/opencode/index.ts";
import { newMessageId } from "../../../../runners/opencode/live/prompt.ts";
import type { OpencodeOptions } from "../../../../runners/opencode/options.ts";
import { sessionDirectories } from "../../../../runners/opencode/session-directories.ts";
import type { Completed, RunEvent } from "../../../../src/domain/events.ts";
import { EngineHost } from "../../../../src/engine/host.ts";
import { type DrivenRun, openDriven } from "../../../helpers/driven.ts";
import { finish } from "../../../helpers/live-engine.ts";
import { noLog } from "../../../helpers/recordings.ts";
import { type Asked, type Peer, type Route, startPeer } from "./peer.ts";

export const WAIT = { timeout: 50_000, interval: 5 };

export let root: string;
export let peer: Peer;
export let host: EngineHost;
/** What the peer answers, before its usual answers. */
export const answers: { route: Route } = { route: () => undefined };
let sessions = 0;

/** A peer in the place of opencode's server, for each test. */
export function useStage(): void {
  vi.setConfig({ testTimeout: 60_000 });
  beforeEach(begins);
  afterEach(ends);
}

async function begins() {
  root = realpathSync(mkdtempSync(join(tmpdir(), "opencode-peer-")));
  mkdirSync(join(root, ".local/share/opencode"), { recursive: true });
  writeFileSync(join(root, ".local/share/opencode/opencode.db"), "");
  answers.route = () => undefined;
  sessions = 0;
  peer = await startPeer((asked) => answers.route(asked) ?? usually(asked));
  host = new EngineHost();
  // Else it would be asked for by a start of the program.
  host.keep(sessionDirectories).remember("ses_1", root);
}

async function ends() {
  await host.close();
  await peer[Symbol.asyncDispose]();
  rmSync(root, { recursive: true });
}

function usually({ method, path }: Asked): ReturnType<Route> {
  if (method === "POST" && path === "/session") {
    sessions += 1;
    return { body: { id: `ses_${sessions}`, directory: root } };
  }
  if (method === "GET" && path === "/session/ses_1") return { body: { id: "ses_1", directory: root } };
  if (path.endsWith("/prompt_async")) return { status: 204 };
  return /\/(abort|reply|reject)$/u.test(path) ? { body: true } : undefined;
}

/** Stands in for `opencode serve`: says where the peer listens, and waits. */
export function installServer(
  script = `echo "opencode server listening on http://127.0.0.1:${peer.port}"; exec sleep 600`,
) {
  const file = join(root, "opencode");
  writeFileSync(file, `#!/bin/sh\nprintf '%s\\n' "$@" >> ${root}/args\nenv > ${root}/env\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

let runs = 0;
interface Watched {
  readonly run: DrivenRun;
  readonly events: RunEvent[];
  readonly completed: Promise<Completed>;
}

export function begin(options: OpencodeOptions = {}, session?: string): Watched {
  runs += 1;
  const run = openDriven(opencode, {
    ...{ runId: `peer-${process.pid}-${runs}`, prompt: "Do it.", cwd: root, log: noLog, host, session },
    env: { HOME: root, PATH: process.env["PATH"] },
    options: { cmd: installServer(), model: "a/b", interactive: true, ...options },
  });
  const events: RunEvent[] = [];
  async function* read(): AsyncGenerator<RunEvent> {
    for await (const event of run) {
      events.push(event);
      yield event;
    }
  }
  return { run, events, completed: finish(read()).then(({ completed }) => completed) };
}

export const asked = (path: RegExp): readonly Asked[] => peer.asked.filter((one) => path.test(one.path));

/** The id of the newest prompt, when there are this many. */
export async function promptId(count = 1): Promise<string> {
  await vi.waitUntil(() => asked(/prompt_async$/u).length >= count, WAIT);
  const body = asked(/prompt_async$/u).at(-1)?.body;
  return (body as { readonly messageID: string }).messageID;
}

interface Answer {
  readonly prompt: string;
  readonly text: string;
  readonly isCut?: boolean;
}

/** What the server tells of a model's answer; gives the message's id. */
export function emitAnswer({ prompt, text, isCut = false }: Answer): string {
  const sessionID = "ses_1";
  const messageID = newMessageId(Date.now() + 10);
  const info = { id: messageID, sessionID, role: "assistant", parentID: prompt };
  peer.emit("session.status", { sessionID, status: { type: "busy" } });
  peer.emit("message.updated", { info });
  const part = { id: `prt_${messageID}`, messageID, sessionID, type: "text", text: "" };
  peer.emit("message.part.updated", { part });
  peer.emit("message.part.delta", { sessionID, messageID, partID: part.id, field: "text", delta: text });
  if (!isCut) peer.emit("message.part.updated", { part: { ...part, text, time: { start: 1, end: 2 } } });
  return messageID;
}

export function emitEnd(messageID: string): void {
  const sessionID = "ses_1";
  const part = { id: "prt_end", messageID, sessionID, type: "step-finish", reason: "stop", cost: 0 };
  peer.emit("message.part.updated", { part });
  peer.emit("session.idle", { sessionID });
}

export const permission = {
  ...{ id: "per_1", sessionID: "ses_1", permission: "bash", patterns: ["rm x"] },
  ...{ always: ["rm *"], metadata: { command: "rm x" } },
};
