import { expect, test, vi } from "vitest";
import { BOUNDS } from "../../../src/bounds.ts";
import { UserError } from "../../../src/errors.ts";
import type { Said, ToolStep } from "../../../src/worker/nats/schema.ts";
import { type CallTool, ToolAnswers } from "../../../src/worker/nats/tool-answers.ts";
import { ToolCalls } from "../../../src/worker/nats/tool-calls.ts";
import { recordingLog } from "../../engine/toy.ts";
import { shorten } from "../../helpers/bounds.ts";

const here = new AbortController().signal;
const nothing = () => {};
const asked = { operation: "send_message", input: { text: "hello" } };

/** A bridge that hears what `calls` has said of the run `job`. */
function bridge(calls: ToolCalls, callTool: CallTool, tell = tellOf(calls)) {
  const over = new AbortController();
  const answers = new ToolAnswers({ token: "own", callTool, tell, log: recordingLog([]), over: over.signal });
  const hear = (said: Said) => {
    if (said.type === "tool") void answers.answer(said);
    else if (said.type === "toolLeft") answers.leave(said.id);
  };
  return { hear, over };
}

const tellOf =
  (calls: ToolCalls, jobId = "job") =>
  async (id: string, step: ToolStep) =>
    calls.hear(jobId, id, step);

/** Waits until it is told to end, or nobody waits for it. */
function waiting() {
  const gone: AbortSignal[] = [];
  const ends: ((value: unknown) => void)[] = [];
  const callTool: CallTool = (_, __, signal) => {
    gone.push(signal);
    return new Promise((resolve) => ends.push(resolve));
  };
  return { callTool, gone, ends };
}

test("a call is carried out with the bridge's own token, and what is told meanwhile arrives", async () => {
  const calls = new ToolCalls("gpu");
  const told: unknown[] = [];
  const { hear } = bridge(calls, async (request, emit) => {
    emit("working");
    return request;
  });
  const token = calls.admit({ jobId: "job", say: hear });
  expect(await calls.call({ ...asked, token }, (event) => told.push(event), here)).toEqual({ ...asked, token: "own" });
  expect(told).toEqual(["working"]);
});

test("what the bridge refuses is refused with its code", async () => {
  const calls = new ToolCalls("gpu");
  const { hear } = bridge(calls, () => Promise.reject(new UserError("No more.", { code: "busy" })));
  const token = calls.admit({ jobId: "job", say: hear });
  await expect(calls.call({ ...asked, token }, nothing, here)).rejects.toMatchObject({
    ...{ userText: "No more.", code: "busy" },
  });
});

test("a bridge after a restart does not carry out what the last one took, and the tool hears so at once", async () => {
  shorten(BOUNDS.machines, { toolMs: 3_600_000 });
  const calls = new ToolCalls("gpu");
  const said: Said[] = [];
  const token = calls.admit({ jobId: "job", say: (one) => said.push(one) });
  const call = calls.call({ ...asked, token }, nothing, here);
  const failure = expect(call).rejects.toThrow(/may have been done, or not/);
  const before = waiting();
  for (const one of said) bridge(calls, before.callTool).hear(one);
  await vi.waitUntil(() => before.gone.length === 1, 30_000);
  const after = vi.fn(async () => "again");
  for (const one of said) bridge(calls, after).hear(one);
  await failure;
  expect(after).not.toHaveBeenCalled();
});

test("a call that nobody took in time is given up, and not carried out later", async () => {
  shorten(BOUNDS.machines, { toolMs: 20 });
  const calls = new ToolCalls("gpu");
  const said: Said[] = [];
  const token = calls.admit({ jobId: "job", say: (one) => said.push(one) });
  await expect(calls.call({ ...asked, token }, nothing, here)).rejects.toMatchObject({ code: "no_bridge" });
  const late = vi.fn(async () => "late");
  const isTaken = vi.fn(tellOf(calls));
  for (const one of said) bridge(calls, late, isTaken).hear(one);
  expect(await isTaken.mock.results[0]?.value).toBe(false);
  expect(late).not.toHaveBeenCalled();
});

test("the bridge stops waiting if the tool's caller has gone, or the machine gave the call up", async () => {
  const calls = new ToolCalls("gpu");
  const { callTool, gone } = waiting();
  const token = calls.admit({ jobId: "job", say: (said) => hear(said) });
  const { hear } = bridge(calls, callTool);
  const caller = new AbortController();
  const left = calls.call({ ...asked, token }, nothing, caller.signal);
  await vi.waitUntil(() => gone.length === 1, 30_000);
  caller.abort();
  await expect(left).rejects.toMatchObject({ code: "interrupted" });
  expect(gone[0]?.aborted).toBe(true);
  shorten(BOUNDS.machines, { toolMs: 50 });
  await expect(calls.call({ ...asked, token }, nothing, here)).rejects.toThrow(/ended before it answered/);
  expect(gone[1]?.aborted).toBe(true);
});

test("an answer that does not get through is sent again", async () => {
  shorten(BOUNDS.machines, { retryMs: 1 });
  const calls = new ToolCalls("gpu");
  let failures = 2;
  const tell = async (id: string, step: ToolStep) => {
    if (step.step === "answer" && failures-- > 0) throw new Error("the broker is away");
    return calls.hear("job", id, step);
  };
  const { hear } = bridge(calls, async () => "whole", tell);
  const token = calls.admit({ jobId: "job", say: hear });
  expect(await calls.call({ ...asked, token }, nothing, here)).toBe("whole");
});

test("a run has its own calls alone: those of another run, and of one that ended, are refused", async () => {
  const calls = new ToolCalls("gpu");
  const said: Said[] = [];
  const token = calls.admit({ jobId: "job", say: (one) => said.push(one) });
  const call = calls.call({ ...asked, token }, nothing, here);
  const [first] = said;
  const { id } = first as { id: string };
  for (const step of [{ step: "take" }, { step: "answer", answer: { ok: true, value: "forged" } }] as const)
    expect(calls.hear("another", id, step)).toBe(false);
  const ended = expect(call).rejects.toMatchObject({ code: "not_allowed" });
  calls.dismiss(token);
  await ended;
  await expect(calls.call({ ...asked, token }, nothing, here)).rejects.toMatchObject({ code: "not_allowed" });
});

/** A call that is answered, and what the bridge hears of that answer. */
function answered(tell: (calls: ToolCalls) => ReturnType<typeof tellOf>) {
  shorten(BOUNDS.machines, { retryMs: 1 });
  const calls = new ToolCalls("gpu");
  const heard = vi.fn();
  const callTool: CallTool = async (_, __, ___, onDelivery) => onDelivery(heard);
  const { hear, over } = bridge(calls, callTool, tell(calls));
  const token = calls.admit({ jobId: "job", say: hear });
  const call = calls.call({ ...asked, token }, nothing, here);
  call.catch(() => {});
  return { calls, heard, over, token };
}

test("an answer has arrived if the machine has got it, also if the machine's word of that is lost", async () => {
  let losses = 1;
  const { heard } = answered((calls) => async (id, step) => {
    const isHeard = calls.hear("job", id, step);
    if (step.step === "answer" && losses-- > 0) throw new Error("the broker is away");
    return isHeard;
  });
  await vi.waitFor(() => expect(heard).toHaveBeenCalled());
  expect(heard.mock.calls).toEqual([[true]]);
});

test("an answer has not arrived if the call was given up before, or the run ended in a cut", async () => {
  const late = answered((calls) => async (id, step) => {
    if (step.step === "answer") calls.dismiss(late.token);
    return calls.hear("job", id, step);
  });
  await vi.waitFor(() => expect(late.heard.mock.calls).toEqual([[false]]));
  const cut = answered((calls) => async (id, step) => {
    if (step.step !== "answer") return calls.hear("job", id, step);
    cut.over.abort();
    throw new Error("the broker is away");
  });
  await vi.waitFor(() => expect(cut.heard.mock.calls).toEqual([[false]]));
});
