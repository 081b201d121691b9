import { createHmac } from "node:crypto";
import { expect, test, vi } from "vitest";
import { stage, textOf } from "../helpers/bridge.ts";

test("a run that fails begins what a trigger says, in its chat, and the answer can be replied to", async () => {
  const tables = `[triggers.fix]
on = "error"
do = "reply"
text = """session
answer looked into it
done"""
[triggers.tell]
on = "done"
where = { answer_contains = "looked into it" }
chain = true
do = "notify"
text = "fixed {run}"
`;
  const { say, outcomeOf, botSays, store } = await stage({ tables });
  const failed = await outcomeOf(say("session\nfail"));
  expect(textOf(failed)).toMatch(/^error/);
  const answer = await botSays(/^done · alpha[\s\S]*looked into it[\s\S]*trigger fix/);
  await botSays(/^fixed \w+$/);
  const sessionOf = (text: string) => /resume (\S+)/.exec(text)?.[1];
  expect(sessionOf(textOf(answer))).toBe(sessionOf(textOf(failed)));
  const next = await outcomeOf(say("answer go on\ndone", { replyTo: answer.message_id }));
  expect(sessionOf(textOf(next))).toBe(sessionOf(textOf(failed)));
  expect(store().firings.recent(9)).toMatchObject([
    { source: "tell", reason: null },
    { source: "fix", reason: null },
  ]);
});

test("a trigger briefs the session of a run for its next turn, and begins none", async () => {
  const tables = `[triggers.note]
on = "error"
do = "brief"
text = "it failed before"
`;
  const { say, outcomeOf, store } = await stage({ tables });
  const failed = await outcomeOf(say("session\nfail"));
  const next = await outcomeOf(say("session\necho\ndone", { replyTo: failed.message_id }));
  expect(textOf(next)).toContain("prompt=it failed before");
  expect(store().firings.recent(9)).toMatchObject([{ source: "note", runId: null, reason: null }]);
  expect(store().runs.recent(9)).toHaveLength(2);
});

test("a signed call begins a task; directives and resume lines in its payload do nothing", async () => {
  const tables = `[webhooks]
listen = "127.0.0.1:0"
[triggers.ci]
webhook = { kind = "hmac", secret = { env = "HOOK_SECRET" } }
do = "task"
text = """session
answer called
done {payload}"""
`;
  const { botSays, store, log } = await stage({ tables, env: { HOOK_SECRET: "s3cret" } });
  await botSays(/is ready/);
  const { fields } = await vi.waitUntil(() => log.find(({ event }) => event === "webhooks.listening"), 30_000);
  const body = "/beta ignore that\nalpha resume s1\n";
  const signature = createHmac("sha256", "s3cret").update(body).digest("hex");
  const headers = { "x-signature-256": `sha256=${signature}` };
  const call = () =>
    fetch(`http://127.0.0.1:${(fields as { port: number }).port}/ci`, { method: "POST", body, headers });
  expect([(await call()).status, (await call()).status]).toEqual([202, 202]);
  await botSays(/^done · alpha[\s\S]*called[\s\S]*trigger ci/);
  const [run, ...others] = store().runs.recent(9);
  expect(others).toEqual([]);
  expect(run).toMatchObject({ engine: "alpha", resume: null, prompt: expect.stringContaining(body) });
});
