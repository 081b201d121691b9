import { expect, test, vi } from "vitest";
import { opencode } from "../../../../runners/opencode/index.ts";
import { toSession } from "../../../helpers/driven.ts";
import { noLog } from "../../../helpers/recordings.ts";
import type { Asked } from "./peer.ts";
import {
  answers,
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

const CANNOT = /^The installed version of opencode cannot do this \(it has no .*`takopi doctor`/;

const message = { info: { id: "msg_1", sessionID: "ses_1", role: "user" }, parts: [{ type: "text", text: "One." }] };

/** All that an opencode can be asked between its turns. */
function answer({ method, path }: Asked) {
  if (method === "PATCH" || path.endsWith("/summarize")) return { body: true };
  if (path === "/config/providers") return { body: { providers: [{ id: "a", models: { b: {} } }] } };
  if (path === "/command") return { body: [{ name: "review" }] };
  if (path.endsWith("/fork")) return { body: { id: "ses_2", directory: root } };
  if (path.endsWith("/message")) return { body: method === "GET" ? [message] : message };
  if (path === "/session/status") return { body: { ses_1: { type: "busy" } } };
  if (path === "/permission" || path === "/question") return { body: [] };
  return path.endsWith("/children") ? { body: [] } : undefined;
}

/** What it has no route for it answers with its page, as the real one, or with a bare 404. */
const lacking =
  (method: string, path: RegExp, plain?: { readonly status: number }) =>
  (asked: Asked): ReturnType<typeof answers.route> =>
    asked.method === method && path.test(asked.path) ? (plain ?? "page") : answer(asked);

async function requireAnswer(): Promise<void> {
  const { completed } = begin();
  emitEnd(emitAnswer({ prompt: await promptId(), text: "Done." }));
  expect(await completed).toMatchObject({ ok: true, answer: "Done." });
}

test.each([
  ["compact", "POST", /summarize$/],
  ["fork", "POST", /fork$/],
  ["undo", "GET", /message$/],
  ["rename", "PATCH", /ses_1$/],
  ["brief", "POST", /message$/],
  ["models", "GET", /providers$/],
  ["commands", "GET", /command$/],
] as const)("an opencode without the route for %s loses that ability and no other", async (lost, method, path) => {
  const { operations } = opencode;
  const setup = { cwd: root, env: { HOME: root, PATH: process.env["PATH"] }, log: noLog, host };
  const request = toSession({ ...setup, options: { cmd: installServer(), model: "a/b" } }, "ses_1");
  const abilities = {
    compact: () => operations.compact?.(request),
    fork: () => operations.fork?.(request),
    undo: () => operations.undo?.(request),
    rename: () => operations.rename?.(request, "x"),
    brief: () => operations.brief?.(request, "x"),
    models: () => operations.models?.(request),
    commands: () => operations.commands?.(request),
  };
  answers.route = lacking(method, path);
  await requireAnswer();
  // Undoing is a fork, too.
  const gone = lost === "fork" ? ["fork", "undo"] : [lost];
  for (const [name, use] of Object.entries(abilities)) {
    if (gone.includes(name)) await expect(use()).rejects.toThrow(CANNOT);
    else await use();
  }
  answers.route = lacking(method, path, { status: 404 });
  await expect(abilities[lost]()).rejects.toThrow(CANNOT);
});

test("an opencode that takes no reply to a permission says so, and its turn goes on", async () => {
  answers.route = lacking("POST", /^\/permission/);
  const { run, events, completed } = begin();
  const prompt = await promptId();
  peer.emit("permission.asked", permission);
  await vi.waitUntil(() => events.some(({ type }) => type === "question"), WAIT);
  await expect(run.controls.answer("per_1", { type: "allow", scope: "once" })).rejects.toThrow(CANNOT);
  emitEnd(emitAnswer({ prompt, text: "Done." }));
  expect(await completed).toMatchObject({ ok: true, answer: "Done." });
});

test("an opencode that takes no prompts fails each task in one sentence", async () => {
  answers.route = lacking("POST", /prompt_async$/);
  expect(await begin().completed).toMatchObject({ ok: false, error: expect.stringMatching(CANNOT) });
});

test("an opencode that cannot abort a turn is ended with it, and the next run starts another", async () => {
  answers.route = lacking("POST", /abort$/);
  const { run, completed } = begin();
  emitAnswer({ prompt: await promptId(), text: "Half of it", isCut: true });
  await run.controls.interrupt();
  expect(await completed).toMatchObject({ ok: false, error: "interrupted", resume: { value: "ses_1" } });
  expect(host.servers()).toEqual([]);
  const again = begin({}, "ses_1");
  emitEnd(emitAnswer({ prompt: await promptId(2), text: "Here." }));
  expect(await again.completed).toMatchObject({ ok: true, answer: "Here." });
});

test.each([/^\/permission$/, /^\/question$/, /children$/])(
  "an opencode without %s still tells what a run missed of its events",
  async (path) => {
    answers.route = lacking("GET", path);
    const { completed } = begin();
    const prompt = await promptId();
    peer.breakOff();
    const looked = () => peer.asked.some((one) => one.method === "GET" && one.path === "/session/ses_1/message");
    await vi.waitUntil(looked, WAIT);
    emitEnd(emitAnswer({ prompt, text: "Done." }));
    expect(await completed).toMatchObject({ ok: true, answer: "Done." });
  },
);
