import { expect, test } from "vitest";
import { PiPeer } from "../../../../runners/pi/live/protocol.ts";
import { PiServer } from "../../../../runners/pi/live/server.ts";
import { Turn } from "../../../../runners/pi/live/turn.ts";
import { initialState } from "../../../../runners/pi/state.ts";
import type { RunEvent } from "../../../../src/domain/events.ts";
import type { Reply } from "../../../../src/domain/question.ts";
import { openRun } from "../../../../src/engine/run-machine.ts";
import { DrivenRun, toRequest } from "../../../helpers/driven.ts";
import { questionsOf } from "../../../helpers/follow.ts";
import { captureNames, type Entry, type Message, PiPlayer, readCapture } from "../../../helpers/pi-player.ts";
import { noLog } from "../../../helpers/recordings.ts";

interface Played {
  /** The events of each run. */
  readonly runs: readonly RunEvent[][];
  readonly written: readonly Message[];
}

/** Does what the recorder did, by way of runs and their controls. */
async function play(entries: readonly Entry[]): Promise<Played> {
  const player = new PiPlayer(entries);
  const peer = new PiPeer(player, noLog);
  const server = new PiServer({ process: player, peer, label: "pi", cwd: "/repo", setup: "" }, "");
  const runs: RunEvent[][] = [];
  let idle: Promise<void> = Promise.resolve();
  let act: (next: Message, after: Message | undefined) => void = () => {};
  player.onWait = (next, after) => {
    if (next.type === "prompt") idle = idle.then(() => runOnce(String(next["message"])));
    else if (["steer", "extension_ui_response", "clear_queue"].includes(next.type)) act(next, after);
    else if (next.type !== "abort") idle = idle.then(() => void peer.tell(next.type));
  };
  const runOnce = async (prompt: string): Promise<void> => {
    const events: RunEvent[] = [];
    runs.push(events);
    const request = toRequest({ runId: "r", prompt, cwd: "/repo", env: {}, options: {}, log: noLog });
    const machine = openRun({
      ...{ id: "pi", label: "pi", request },
      driver: {
        force: () => player.kill(),
        drive: (context) =>
          server.claim(() =>
            server.playPrompt(new Turn({ peer, state: initialState, context }), prompt, context.stopped),
          ),
      },
    });
    const run = new DrivenRun(machine);
    act = (next, after) => {
      const isUnread = next.type === "extension_ui_response" && !questionsOf(events).some(({ id }) => id === next.id);
      if (isUnread && !player.hasExited()) setImmediate(act, next, after);
      else if (next.type === "clear_queue" || after?.type === "clear_queue") void run.stop("Stopped by you.");
      else if (next.type === "steer") run.controls.steer(String(next["message"])).catch(() => {});
      else void run.controls.answer(String(next.id), toReply(next));
    };
    for await (const event of run) events.push(event);
  };
  await server.learnSession().catch(() => {});
  await player.gone;
  await idle;
  return { runs, written: player.written };
}

function toReply(message: Message): Reply {
  if (message["confirmed"] !== undefined) return { type: "choose", values: ["yes"] };
  const value = message["value"];
  if (typeof value !== "string") return { type: "dismiss" };
  if (value === "green") return { type: "choose", values: [value] };
  if (!value.startsWith("{")) return { type: "text", text: value };
  const { verdict, reason } = JSON.parse(value) as { verdict: string; reason?: string };
  if (verdict === "deny") return { type: "deny", ...(reason && { reason }) };
  return { type: "allow", scope: verdict === "allow" ? "once" : "session" };
}

/** Of each run, how it ended: its answer, or in brackets its error. */
const outcomesOf = ({ runs }: Played): readonly string[] =>
  runs.map((events) => {
    const last = events.at(-1);
    if (last?.type !== "completed") return "none";
    return last.ok ? last.answer : `[${last.error}]`;
  });

const long = expect.stringMatching(/^Line 1\..*END$/s);

const outcomes: Readonly<Record<string, readonly unknown[]>> = {
  plain: ["Hello there, this is the answer."],
  think: ["The answer is 42."],
  gate: [
    "Results: approved",
    "Results: The user denied this.",
    "Results: The user denied this: use less",
    "Results: approved",
    "Results: approved",
  ],
  "gate-files": [expect.stringContaining("Successfully wrote"), expect.stringContaining("Successfully replaced")],
  "gate-parallel": ["Results: one | The user denied this."],
  "gate-interrupted": ["[Stopped by you.]"],
  dialogs: ['Results: Answers: ["green",true,"Ada",null]'],
  steer: ["As you say."],
  interrupt: ["[Stopped by you.]", "Back again."],
  compact: [long, long],
  "compacts-itself": [long, long],
  retry: ["Recovered."],
  "retries-exhausted": [expect.stringMatching(/^\[500:? scripted failure 500\]$/)],
  operations: ["One.", "Two."],
  handled: ["An extension of pi took this message."],
};

test.each(captureNames)("%s is played to the outcomes that were recorded", async (name) => {
  const scenario = name.replace(/^[\d.]+-/, "");
  const played = await play(readCapture(name));
  expect(outcomesOf(played)).toEqual(outcomes[scenario]);
  for (const events of played.runs) expectContract(events);
});

/** Lines that are dropped unread: a stream that ends with one is the same as one that ends before it. */
const UNREAD = new Set(["message_start", "turn_start", "turn_end", "entry_appended"]);

test.each(captureNames)(
  "%s, broken off anywhere, gives every run one outcome, last",
  { timeout: 300_000 },
  async (name) => {
    const entries = readCapture(name);
    for (const [index, { dir, msg }] of entries.entries()) {
      if (dir === "in" || UNREAD.has(msg.type)) continue;
      for (const events of (await play(entries.slice(0, index + 1))).runs) expectContract(events);
    }
  },
);

test("an answer is written as it was recorded, character by character", async () => {
  const recorded = readCapture("0.74-dialogs").filter(({ msg }) => msg.type === "extension_ui_response");
  const { written } = await play(readCapture("0.74-dialogs"));
  const replies = written.filter(({ type }) => type === "extension_ui_response");
  expect(replies).toEqual(recorded.map(({ msg }) => msg));
});

function expectContract(events: readonly RunEvent[]): void {
  expect(events.filter(({ type }) => type === "completed")).toHaveLength(1);
  expect(events.at(-1)?.type).toBe("completed");
  const asked = events.flatMap((event) => (event.type === "question" ? [event.question.id] : []));
  const resolved = events.flatMap((event) => (event.type === "resolved" ? [event.questionId] : []));
  expect(resolved).toEqual(asked);
}
