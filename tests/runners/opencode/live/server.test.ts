import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { opencode } from "../../../../runners/opencode/index.ts";
import { newMessageId } from "../../../../runners/opencode/live/prompt.ts";
import { BOUNDS } from "../../../../src/bounds.ts";
import { decide } from "../../../../src/domain/policy.ts";
import { shorten } from "../../../helpers/bounds.ts";
import { openDriven, toSession } from "../../../helpers/driven.ts";
import { finish } from "../../../helpers/live-engine.ts";
import { noLog } from "../../../helpers/recordings.ts";
import type { Route } from "./peer.ts";
import {
  answers,
  asked,
  begin,
  emitAnswer,
  emitEnd,
  host,
  installServer,
  peer,
  permission,
  promptId,
  root,
  useStage,
  WAIT,
} from "./stage.ts";

useStage();

test("the server is reached by a password that is in no argument, and each project by its directory", async () => {
  const { completed } = begin();
  emitEnd(emitAnswer({ prompt: await promptId(), text: "Done." }));
  expect(await completed).toMatchObject({ ok: true, answer: "Done.", resume: { value: "ses_1" } });
  const password = /^OPENCODE_SERVER_PASSWORD=(.{20,})$/mu.exec(readFileSync(join(root, "env"), "utf8"))?.[1] ?? "";
  expect(readFileSync(join(root, "args"), "utf8")).toBe("serve\n--hostname\n127.0.0.1\n--port\n0\n");
  const authorization = `Basic ${Buffer.from(`opencode:${password}`).toString("base64")}`;
  for (const one of peer.asked) expect(one).toMatchObject({ directory: root, authorization });
});

test("an outcome tells how full the context of the model is", async () => {
  const models = { b: { limit: { context: 1000 } } };
  answers.route = ({ path }) =>
    path === "/config/providers" ? { body: { providers: [{ id: "a", models }] } } : undefined;
  const { completed } = begin();
  const sessionID = "ses_1";
  const messageID = emitAnswer({ prompt: await promptId(), text: "Done." });
  const info = {
    id: messageID,
    sessionID,
    role: "assistant",
    providerID: "a",
    modelID: "b",
    parentID: await promptId(),
  };
  peer.emit("message.updated", { info });
  const tokens = { input: 100, output: 50, reasoning: 10, cache: { read: 90, write: 0 } };
  const part = { id: "prt_1", messageID, sessionID, type: "step-finish", reason: "stop", cost: 0, tokens };
  peer.emit("message.part.updated", { part });
  peer.emit("session.idle", { sessionID });
  expect((await completed).usage).toMatchObject({ inputTokens: 100, contextFill: 0.25 });
});

test("unknown events, unknown parts, nonsense and what comes late or twice change nothing", async () => {
  const { completed, events } = begin();
  const prompt = await promptId();
  peer.emit("session.idle", { sessionID: "ses_1" });
  peer.emit("brand.new", { sessionID: "ses_1" });
  peer.emitRaw(": a comment\n\ndata: nonsense\n\ndata: {}\n\ndata: null\n\n");
  const answer = emitAnswer({ prompt, text: "Done." });
  peer.emit("message.part.updated", { part: { type: "hologram", id: "prt_1", messageID: answer, sessionID: "ses_1" } });
  peer.emit("session.status", { sessionID: 7 });
  emitEnd(answer);
  emitEnd(answer);
  expect(await completed).toMatchObject({ ok: true, answer: "Done." });
  const count = events.length;
  emitEnd(answer);
  peer.emit("permission.asked", permission);
  const next = begin({}, "ses_1");
  emitEnd(emitAnswer({ prompt: await promptId(2), text: "And again." }));
  expect(await next.completed).toMatchObject({ ok: true, answer: "And again." });
  expect(next.events.filter(({ type }) => type === "question")).toEqual([]);
  expect(events).toHaveLength(count);
});

test("a question that is answered elsewhere is resolved, and an answer to it comes too late", async () => {
  const { run, events, completed } = begin();
  const prompt = await promptId();
  peer.emit("permission.asked", permission);
  await vi.waitUntil(() => events.some(({ type }) => type === "question"), WAIT);
  answers.route = ({ path }) =>
    path === "/permission/per_1/reply" ? { status: 404, body: { _tag: "PermissionNotFoundError" } } : undefined;
  expect(await run.controls.answer("per_1", { type: "allow", scope: "once" })).toBe(false);
  peer.emit("permission.replied", { sessionID: "ses_1", requestID: "per_1", reply: "once" });
  await vi.waitUntil(() => events.some(({ type }) => type === "resolved"), WAIT);
  const before = peer.asked.length;
  expect(await run.controls.answer("per_1", { type: "allow", scope: "once" })).toBe(false);
  expect(await run.controls.answer("per_none", { type: "dismiss" })).toBe(false);
  expect(peer.asked).toHaveLength(before);
  emitEnd(emitAnswer({ prompt, text: "Done." }));
  await completed;
  expect(await run.controls.answer("per_1", { type: "allow", scope: "once" })).toBe(false);
});

test("a command that was allowed for the session is allowed again without a question, also if it waits already", async () => {
  const { run, events, completed } = begin();
  const prompt = await promptId();
  peer.emit("permission.asked", permission);
  peer.emit("permission.asked", { ...permission, id: "per_2", patterns: ["rm y"] });
  peer.emit("permission.asked", { ...permission, id: "per_3", always: ["rm *", "curl *"] });
  await vi.waitUntil(() => events.filter(({ type }) => type === "question").length === 3, WAIT);
  expect(await run.controls.answer("per_1", { type: "allow", scope: "session" })).toBe(true);
  peer.emit("permission.asked", { ...permission, id: "per_4" });
  await vi.waitUntil(() => asked(/^\/permission/u).length === 3, WAIT);
  expect(asked(/^\/permission/u).map(({ path, body }) => [path, body])).toEqual([
    ["/permission/per_1/reply", { reply: "once" }],
    ["/permission/per_2/reply", { reply: "once" }],
    ["/permission/per_4/reply", { reply: "once" }],
  ]);
  emitEnd(emitAnswer({ prompt, text: "Done." }));
  await completed;
});

test("a permission for the session covers nothing that the rules deny, nor a command that may hide it", async () => {
  const { run, events, completed } = begin({ deny: ["rm -rf*"] });
  const prompt = await promptId();
  const ask = (id: string, command: string) =>
    peer.emit("permission.asked", { ...permission, id, patterns: [command], metadata: { command } });
  const questions = () => events.flatMap((event) => (event.type === "question" ? [event.question] : []));
  ask("per_1", "rm -f junk");
  ask("per_2", "rm -rf lib");
  await vi.waitUntil(() => questions().length === 2, WAIT);
  expect(await run.controls.answer("per_1", { type: "allow", scope: "session" })).toBe(true);
  ask("per_3", "rm -rf src");
  ask("per_4", "rm $FLAGS src");
  ask("per_5", "rm -f other");
  await vi.waitUntil(() => asked(/per_5/u).length === 1, WAIT);
  expect(asked(/^\/permission/u).map(({ path }) => path)).toEqual([
    "/permission/per_1/reply",
    "/permission/per_5/reply",
  ]);
  const decisions = questions().map((question) => [question.id, decide(question, { deny: ["rm -rf*"] })]);
  expect(decisions).toEqual([
    ["per_1", "ask"],
    ["per_2", "deny"],
    ["per_3", "deny"],
    ["per_4", "ask"],
  ]);
  emitEnd(emitAnswer({ prompt, text: "Done." }));
  await completed;
});

test("a server that is killed in the middle of a turn ends its runs, and the next run starts another", async () => {
  const both = [begin(), begin()];
  await promptId(2);
  emitAnswer({ prompt: await promptId(2), text: "Half of it", isCut: true });
  await vi.waitUntil(() => both.some(({ events }) => events.some(({ type }) => type === "text")), WAIT);
  const [server] = host.servers();
  expect(host.servers()).toHaveLength(1);
  process.kill(server?.pid ?? 0, "SIGKILL");
  for (const { completed } of both) {
    expect(await completed).toMatchObject({ ok: false, error: expect.stringContaining("SIGKILL") });
    expect((await completed).resume?.value).toMatch(/^ses_[12]$/u);
  }
  const again = begin({}, "ses_1");
  emitEnd(emitAnswer({ prompt: await promptId(3), text: "Here." }));
  expect(await again.completed).toMatchObject({ ok: true, answer: "Here." });
  expect(host.servers()[0]?.pid).not.toBe(server?.pid);
});

/** What the server says of the session to whoever asks. */
interface Told {
  readonly status?: object;
  readonly messages?: readonly object[];
  readonly permissions?: readonly object[];
  readonly children?: readonly object[];
}

const telling =
  ({ status = {}, messages = [], permissions = [], children = [] }: Told): Route =>
  ({ method, path }) => {
    const bodies: Readonly<Record<string, object>> = {
      ...{ "/session/status": status, "/permission": permissions, "/question": [] },
      ...{ "/session/ses_1/children": children, "/session/ses_1/message": messages },
    };
    const other = /\/(children|message)$/u.test(path) ? [] : undefined;
    const body = bodies[path] ?? other;
    return method === "GET" && body !== undefined ? { body } : undefined;
  };

const asText = (messageID: string, text: string) => ({
  ...{ id: `prt_${messageID}`, messageID, sessionID: "ses_1", type: "text", text, time: { start: 1, end: 2 } },
});
const asEnd = (messageID: string) => ({
  ...{ id: `prt_end_${messageID}`, messageID, sessionID: "ses_1", type: "step-finish", reason: "stop", cost: 0 },
});

test("text that was written while the events were broken off is read, and the server continues for all its runs", async () => {
  const other = begin();
  await promptId();
  const { completed, events } = begin();
  const prompt = await promptId(2);
  const [pid] = host.servers().map((server) => server.pid);
  const messageID = newMessageId(Date.now() + 10);
  const sessionID = "ses_2";
  const info = { id: messageID, sessionID, role: "assistant", parentID: prompt };
  const own = telling({ status: { ses_1: { type: "busy" } } });
  answers.route = (one) => {
    if (one.method === "GET" && one.path === "/session/ses_2/message") {
      const parts = [
        { ...asText(messageID, "All of it."), sessionID },
        { ...asEnd(messageID), sessionID },
      ];
      return {
        body: [
          { info, parts },
          { info: { id: prompt, sessionID, role: "user" }, parts: [] },
        ].reverse(),
      };
    }
    return own(one);
  };
  peer.breakOff();
  expect(await completed).toMatchObject({ ok: true, answer: "All of it." });
  expect(events.filter(({ type }) => type === "completed")).toHaveLength(1);
  expect(other.events.some(({ type }) => type === "completed")).toBe(false);
  expect(host.servers()).toMatchObject([{ pid }]);
  await other.run.stop("enough");
});

test("a question that came while the events were broken off is asked, one that was settled meanwhile is resolved", async () => {
  const { completed, events } = begin();
  const prompt = await promptId();
  peer.emit("permission.asked", permission);
  await vi.waitUntil(() => events.some(({ type }) => type === "question"), WAIT);
  const status = { ses_1: { type: "busy" } };
  answers.route = telling({
    status,
    permissions: [
      { ...permission, id: "per_2" },
      { ...permission, id: "per_3", sessionID: "ses_9" },
    ],
  });
  peer.breakOff();
  await vi.waitUntil(() => events.some(({ type }) => type === "resolved"), WAIT);
  const questions = () => events.flatMap((event) => (event.type === "question" ? [event.question.id] : []));
  await vi.waitUntil(() => questions().length === 2, WAIT);
  expect(questions()).toEqual(["per_1", "per_2"]);
  emitEnd(emitAnswer({ prompt, text: "Done." }));
  expect(await completed).toMatchObject({ ok: true, answer: "Done." });
});

test("events that break off twice, the second time while a question is open, lose and double nothing", async () => {
  const { completed, events } = begin();
  const prompt = await promptId();
  const first = newMessageId(Date.now() + 10);
  const info = { id: first, sessionID: "ses_1", role: "assistant", parentID: prompt };
  const status = { ses_1: { type: "busy" } };
  const seen = [
    { info: { id: prompt, sessionID: "ses_1", role: "user" }, parts: [] },
    { info, parts: [asText(first, "The first half.")] },
  ];
  answers.route = telling({ status, messages: seen });
  const looks = () => asked(/\/session\/ses_1\/message$/u).filter(({ method }) => method === "GET").length;
  peer.breakOff();
  await vi.waitUntil(() => looks() >= 1, WAIT);
  answers.route = telling({ status, messages: seen, permissions: [permission] });
  peer.breakOff();
  const questions = () => events.flatMap((event) => (event.type === "question" ? [event.question.id] : []));
  await vi.waitUntil(() => questions().length > 0, WAIT);
  peer.emit("permission.asked", permission);
  emitEnd(emitAnswer({ prompt, text: "Done." }));
  const outcome = await completed;
  expect(outcome).toMatchObject({ ok: true, answer: expect.stringMatching(/Done\.$/) });
  expect(questions()).toEqual(["per_1"]);
  expect(events.filter(({ type }) => type === "completed")).toHaveLength(1);
});

test("a turn that failed while the events were broken off is told with its error", async () => {
  const { completed } = begin();
  const prompt = await promptId();
  emitAnswer({ prompt, text: "Half", isCut: true });
  const info = { id: newMessageId(Date.now() + 10), sessionID: "ses_1", role: "assistant", parentID: prompt };
  answers.route = telling({
    messages: [{ info: { ...info, error: { name: "APIError", data: { message: "No credit left" } } }, parts: [] }],
  });
  peer.breakOff();
  expect(await completed).toMatchObject({ ok: false, error: expect.stringContaining("No credit left") });
});

test("a turn that ended without an answer while the events were broken off does not wait for ever", async () => {
  shorten(BOUNDS.liveServer, { beginMs: 20 });
  const { completed } = begin();
  const prompt = await promptId();
  answers.route = telling({ messages: [{ info: { id: prompt, sessionID: "ses_1", role: "user" }, parts: [] }] });
  peer.breakOff();
  expect(await completed).toMatchObject({ ok: false, error: expect.stringContaining("without a word") });
});

test("a server that does not say what was missed is asked again", async () => {
  const { completed } = begin();
  const prompt = await promptId();
  let isUnwell = true;
  const status = { ses_1: { type: "busy" } };
  answers.route = (one) => {
    if (isUnwell && one.path === "/session/status") {
      isUnwell = false;
      return { status: 500 };
    }
    return telling({ status })(one);
  };
  peer.breakOff();
  await vi.waitUntil(() => asked(/^\/question$/u).length > 0, WAIT);
  emitEnd(emitAnswer({ prompt, text: "Done." }));
  expect(await completed).toMatchObject({ ok: true, answer: "Done." });
});

test("a server that takes no listener any more is ended, and its runs with it", async () => {
  shorten(BOUNDS.liveServer, { reconnectMs: 20 });
  const { completed } = begin();
  await promptId();
  peer.refuseStreams();
  expect(await completed).toMatchObject({ ok: false, resume: { value: "ses_1" } });
  expect(host.servers()).toEqual([]);
});

test("a stop aborts the session, and the run ends when the server has done it", async () => {
  const { run, completed } = begin();
  emitAnswer({ prompt: await promptId(), text: "Half of it", isCut: true });
  await run.stop("cancelled by you");
  expect(await completed).toMatchObject({ ok: false, error: "cancelled by you", resume: { value: "ses_1" } });
  expect(asked(/abort$/u)).toMatchObject([{ path: "/session/ses_1/abort", directory: root }]);
});

test("a stop waits for the session to begin with the prompt, since there is nothing to abort before", async () => {
  const { run, completed } = begin();
  const prompt = await promptId();
  const stopping = run.stop("cancelled by you");
  const isAborted = () => asked(/abort$/u).length > 0;
  await expect(vi.waitUntil(isAborted, { timeout: 300, interval: 10 })).rejects.toThrow();
  emitAnswer({ prompt, text: "Half of it", isCut: true });
  await stopping;
  expect(isAborted()).toBe(true);
  expect(await completed).toMatchObject({ ok: false, error: "cancelled by you", resume: { value: "ses_1" } });
});

test("keys that the config puts into opencode's own config are kept, and take nothing out of it", async () => {
  const { run } = begin({ env: { OPENCODE_CONFIG_CONTENT: '{"share":"manual"}', OPENCODE_SERVER_PASSWORD: "mine" } });
  await promptId();
  await run.stop("enough");
  const [line = ""] = /^OPENCODE_CONFIG_CONTENT=.*$/mu.exec(readFileSync(join(root, "env"), "utf8")) ?? [];
  const config = JSON.parse(line.replace("OPENCODE_CONFIG_CONTENT=", "")) as { share?: string; plugin?: string[] };
  expect(config.share).toBe("manual");
  expect(config.plugin).toEqual([expect.stringMatching(/plugin\.ts$/u)]);
});

test("taking a turn back after a compaction takes the person's, not what opencode wrote", async () => {
  const { run, completed } = begin();
  emitEnd(emitAnswer({ prompt: await promptId(), text: "Done." }));
  await completed;
  await run.stop("over");
  const message = (id: string, role: string, part: object) => ({ info: { id, role }, parts: [part] });
  const messages = [
    message("msg_1", "user", { type: "text", text: "One." }),
    message("msg_2", "user", { type: "text", text: "Two." }),
    message("msg_3", "user", { type: "compaction" }),
    message("msg_4", "user", { type: "text", text: "Continue.", synthetic: true }),
  ];
  answers.route = ({ method, path }) => {
    if (method === "GET" && path.endsWith("/message")) return { body: messages };
    return path.endsWith("/fork") ? { body: { id: "ses_2", directory: root } } : undefined;
  };
  const options = { cmd: installServer(), model: "a/b" };
  const env = { HOME: root, PATH: process.env["PATH"] };
  const request = toSession({ cwd: root, options, env, log: noLog, host }, "ses_1");
  expect(await opencode.operations.undo?.(request)).toBe("ses_2");
  expect(asked(/fork$/u)).toMatchObject([{ body: { messageID: "msg_2" } }]);
});

test.each([undefined, "ses_1"])("a stop ends a run whose session the server never opens (%s)", async (session) => {
  answers.route = ({ path }) => (path.startsWith("/session") ? "never" : undefined);
  const { run, completed } = begin({}, session);
  await vi.waitUntil(() => asked(/^\/session/u).length > 0, WAIT);
  await run.stop("cancelled by you");
  expect(await completed).toMatchObject({ ok: false, error: "cancelled by you" });
  expect(host.servers()).toMatchObject([{ busy: [] }]);
  answers.route = () => undefined;
  const next = begin();
  emitEnd(emitAnswer({ prompt: await promptId(), text: "Done." }));
  expect((await next.completed).ok).toBe(true);
});

test("a prompt that is refused is told in the server's words", async () => {
  answers.route = ({ path }) =>
    path.endsWith("prompt_async") ? { status: 400, body: { data: { message: "No parts" } } } : undefined;
  expect(await begin().completed).toMatchObject({ ok: false, error: "No parts", resume: { value: "ses_1" } });
});

test("a message comes into the turn, or is refused once it is over", async () => {
  const { run, events, completed } = begin();
  const prompt = await promptId();
  const answer = emitAnswer({ prompt, text: "First." });
  const steering = run.controls.steer("Also this.");
  await promptId(2);
  // The first turn is just over when the message is there.
  emitEnd(answer);
  const second = newMessageId(Date.now() + 1000);
  peer.emit("message.updated", { info: { id: second, sessionID: "ses_1", role: "user" } });
  await steering;
  const part = { sessionID: "ses_1", type: "text", text: "Second.", time: { start: 1, end: 2 } };
  const info = { id: `${second}x`, sessionID: "ses_1", role: "assistant", parentID: second };
  peer.emit("message.updated", { info });
  peer.emit("message.part.updated", { part: { ...part, id: "prt_second", messageID: info.id } });
  expect(events.some(({ type }) => type === "completed")).toBe(false);
  peer.emit("session.idle", { sessionID: "ses_1" });
  expect(await completed).toMatchObject({ ok: true, answer: "First.\n\nSecond." });
  await expect(run.controls.steer("Too late.")).rejects.toThrow();
});

test("a server that does not come up is told with what it said", async () => {
  const cmd = installServer("echo 'Error: port is taken' >&2; exit 1");
  const run = openDriven(opencode, {
    ...{ runId: `peer-down-${process.pid}`, prompt: "Do it.", cwd: root, log: noLog, host },
    env: { HOME: root, PATH: process.env["PATH"] },
    options: { cmd, model: "a/b", interactive: true },
  });
  expect((await finish(run)).completed).toMatchObject({ ok: false, error: expect.stringContaining("port is taken") });
});
