import { expect, test } from "vitest";
import { engines } from "../../runners/index.ts";
import type { Bridge } from "../../src/bridge/bridge.ts";
import type { Prompt, Resolved } from "../../src/bridge/resolve.ts";
import type { ScheduleClock } from "../../src/bridge/schedules.ts";
import { Dispatcher } from "../../src/chat/dispatch.ts";
import type { Config } from "../../src/config/config.ts";
import { openStore } from "../../src/store/store.ts";
import { type LogEntry, recordingLog } from "../engine/toy.ts";
import { readRecording, recordingsOf, replay } from "../helpers/recordings.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";
import { times } from "../helpers/soak.ts";
import { deafTelegram, transportOver } from "../helpers/telegram.ts";
import { mutateBytes, mutateJson, randomFrom } from "./mutate.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 1_000_000);
process.stdout.write(`fuzz: FUZZ_SEED=${seed} repeats this run\n`);
const COUNT = times(1_000, 10_000);
const MIB = 1024 * 1024;

const person = { id: 5, is_bot: false, first_name: "Robin" };
const chat = { id: 5, type: "private", first_name: "Robin" };
const corpus: readonly object[] = [
  { message: { message_id: 1, date: 1, chat, from: person, text: "/alpha @feat/x fix it\nalpha resume s1" } },
  {
    message: {
      ...{ message_id: 2, date: 1, chat, from: person, text: "go on", forward_origin: { type: "hidden_user" } },
      reply_to_message: { message_id: 1, date: 1, chat, text: "ctx: web @x", rich_message: { blocks: [] } },
    },
  },
  { message: { message_id: 3, date: 1, chat, from: person, caption: "see", document: { file_id: "f" } } },
  { message: { message_id: 4, date: 1, chat, from: person, text: "/cancel@takobot", message_thread_id: 3 } },
  { callback_query: { id: "q", from: person, data: "stop:abc", message: { message_id: 2, date: 1, chat } } },
  { edited_message: { message_id: 1, date: 1, chat, from: person, text: "other" } },
];

test(`${COUNT} mutated updates leave the dispatcher at work, and strangers without an answer`, () => {
  const random = randomFrom(seed);
  const store = openStore(":memory:");
  const submitted: string[] = [];
  const log: LogEntry[] = [];
  const bridge = {
    add: ({ text, chatId, topicId, messageId, userId }: Prompt, { engine, prompt }: Resolved) => {
      const id = `r${submitted.push(text)}`;
      const none = { project: null, branch: null, resume: null, follows: null };
      const place = { chatId, topicId: topicId ?? null, messageId: messageId ?? null, userId: userId ?? null };
      store.runs.add({ id, ...place, engine, prompt, ...none, createdAt: 1 });
      return id;
    },
    start: () => {},
    cancel: () => "none",
    job: () => undefined,
    release: () => false,
    resume: () => false,
    active: () => [],
    steerable: () => undefined,
    rewrite: () => {},
  } as unknown as Bridge;
  const config = {
    ...{ default_engine: "alpha", projects: new Map(), presets: new Map(), limits: {} },
    telegram: {
      ...{ chat_id: 5, allowed_user_ids: [], allowed_chat_ids: [], forward_coalesce_s: 0 },
      ...{ topics: { enabled: false }, files: { enabled: true, allowed_user_ids: [] } },
    },
  } as unknown as Config;
  const dispatcher = new Dispatcher({
    transcribe: () => Promise.reject(new Error("nothing is heard here")),
    ...{ config: () => config, engines: [scriptedEngine("alpha")], engineOverride: undefined, store, bridge },
    ...{ schedules: {} as ScheduleClock },
    ...{ botName: "takobot", deliver: () => {}, log: recordingLog(log), now: () => 1 },
    transport: transportOver(deafTelegram, store),
    cards: { chosen: () => new Set(), toggle: () => {}, show: () => {}, askWhyNot: () => {} },
  });
  for (let index = 1; index <= COUNT; index++) {
    const base = corpus[Math.floor(random() * corpus.length)];
    const update = { ...(mutateJson(base, random) as object), update_id: index };
    dispatcher.receive([{ id: index, body: update }]);
  }
  dispatcher.close();
  const before = submitted.length;
  const text = "still here";
  dispatcher.receive([
    {
      id: COUNT + 1,
      body: { update_id: COUNT + 1, message: { message_id: 99_999, date: 1, chat, from: person, text } },
    },
  ]);
  // Forwards that were kept before may stand behind it.
  expect(submitted.slice(before)).toEqual([expect.stringMatching(/^still here/)]);
  expect(log.filter(({ event }) => event === "update.failed")).toEqual([]);
  expect(store.deliveries.open().every(({ chatId }) => chatId === "5")).toBe(true);
});

test.each(engines.map((engine) => [engine.id, engine] as const))(
  `${COUNT} mutated lines of %s end in one outcome a stream, and take no memory for good`,
  async (id, engine) => {
    const random = randomFrom(seed);
    const streams = recordingsOf(id).map((name) => readRecording(id, name));
    let lines = 0;
    let settled = 0;
    while (lines < COUNT) {
      const stream = streams[Math.floor(random() * streams.length)] ?? Buffer.alloc(0);
      const chunks = linesOf(stream).flatMap((line) => [random() < 0.3 ? mutateBytes(line, random) : line, LF]);
      lines += chunks.length / 2;
      const events = await replay(engine, chunks);
      expect(events.filter(({ type }) => type === "completed")).toHaveLength(1);
      expect(events.at(-1)?.type).toBe("completed");
      if (settled === 0 && lines > COUNT / 2) settled = process.memoryUsage().heapUsed;
    }
    expect(process.memoryUsage().heapUsed - settled).toBeLessThan(200 * MIB);
  },
);

const LF = Buffer.from("\n");

/** Long lines only cost time: what is in them is in short ones too. */
function linesOf(stream: Buffer): Buffer[] {
  const lines = stream.toString("latin1").split("\n");
  return lines.filter(({ length }) => length > 0 && length < 20_000).map((line) => Buffer.from(line, "latin1"));
}
