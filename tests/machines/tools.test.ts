import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jetstream } from "@nats-io/jetstream";
import { expect, test } from "vitest";
import { ControlClient } from "../../src/control/client.ts";
import { OperationFailure } from "../../src/control/protocol.ts";
import { insideOperations } from "../../src/operations/inside/index.ts";
import { type Stage, stage, textOf } from "../helpers/bridge.ts";
import { builtTools, openInside } from "../helpers/inside.ts";
import { sealOf, secureBroker, steal } from "./secured.ts";
import { stageMachines, startWorker, type TestWorker } from "./stage.ts";

const built = builtTools();
const workerTables = "[alpha]\ntools = true\n";
const ask = { name: "ask_person", arguments: { question: "Which colour?", options: ["Red", "Blue"] } };
const CARD = /^alpha asks: Which colour\?/;

/** A run of a project there that has the tools, called as its engine would. */
const openThere = ({ say }: Pick<Stage, "say">, { directory }: TestWorker, project = "api") =>
  openInside({ directory, say: (text, more) => say(`/${project} ${text}`, more) }, built);

const passOf = (file: string) => JSON.parse(readFileSync(file, "utf8")) as { socket: string; token: string };

/** A call by whoever has the token. */
async function callWith(socket: string, token: string | undefined): Promise<unknown> {
  const client = await ControlClient.connect(socket, "test");
  const call = { operation: "send_message", input: { text: "I am the thief" }, token };
  return client.call(call).finally(() => client.close());
}

test("a run elsewhere asks, says things and sends files of its machine", async () => {
  const on = await stageMachines({ workerTables });
  const { client, end, task } = await openThere(on, on.worker);
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(insideOperations.map(({ name }) => name));
  const asked = client.callTool(ask);
  const card = await on.botSays(CARD);
  await on.botSays(/^waiting for you/);
  expect(await on.press(card, "Blue")).toBe("Answering.");
  expect((await asked).structuredContent).toEqual({ state: "answered", answer: "Blue", ticket: null });
  await client.callTool({ name: "send_message", arguments: { text: "Half done", notify: true } });
  expect((await on.botSays(/^alpha says\n+Half done/)).reply_to_message?.message_id).toBe(task);
  writeFileSync(join(on.worker.directory, "api/report.txt"), "all well\n");
  const send = (path: string) => client.callTool({ name: "send_file", arguments: { path } });
  for (const path of ["report.txt", join(on.worker.directory, "api/report.txt")])
    expect((await send(path)).structuredContent).toMatchObject({ name: "report.txt", size: 9 });
  await on.emulator.waitFor(() => on.emulator.messages(on.emulator.privateChatId).find(({ document }) => document));
  for (const path of ["../takopi.toml", "/etc/passwd", "missing.txt"])
    expect(await send(path)).toMatchObject({ isError: true });
  end();
  expect(textOf(await on.outcomeOf(task))).toMatch(/^done/);
});

test("a run elsewhere proposes a schedule, and is woken there", async () => {
  const on = await stageMachines({ workerTables });
  const { client, end, task } = await openThere(on, on.worker);
  const propose = { when: "9:00 weekdays", task: "run the tests" };
  await client.callTool({ name: "schedule", arguments: propose });
  await on.botSays(/not saved yet/);
  const wake = { time: "1s", task: "session\nanswer awake\ndone" };
  expect((await client.callTool({ name: "sleep", arguments: wake })).structuredContent).toMatchObject({
    state: "active",
  });
  expect(await client.callTool({ name: "sleep", arguments: wake })).toMatchObject({ isError: true });
  end();
  await on.outcomeOf(task);
  await on.botSays(/^done · alpha[\s\S]*awake/);
  const [woken, before] = on.store().runs.recent(2);
  expect(woken).toMatchObject({ project: "api", resume: before?.session, cwd: join(on.worker.directory, "api") });
});

test("the machine's config decides about tools, unless that of the bridge forbids them", async () => {
  const on = await stageMachines({
    tables: "[alpha]\ntools = true\n[beta]\ntools = false\n",
    workerTables: "[beta]\ntools = true\n",
  });
  const offered = async (engine: string) => {
    const file = join(on.worker.directory, engine);
    await on.outcomeOf(on.say(`/${engine} /api session\ntools ${file}\ndone`));
    return readFileSync(file, "utf8");
  };
  expect(await offered("alpha")).toBe("null");
  expect(await offered("beta")).toContain("takopi.runs");
  const asPerson = callWith(join(on.worker.directory, "takopi.sock"), undefined);
  await expect(asPerson).rejects.toThrow(/This is the worker gpu/);
});

test("the answer reaches the tool after the broker was away", async () => {
  const on = await stageMachines({ workerTables });
  const { client } = await openThere(on, on.worker);
  const asked = client.callTool(ask);
  const card = await on.botSays(CARD);
  await on.broker.kill();
  await on.press(card, "Red");
  await on.broker.start();
  expect((await asked).structuredContent).toMatchObject({ state: "answered", answer: "Red" });
});

test("an answer in a cut that the tool did not outlast reaches its session in a turn of its own", async () => {
  const on = await stageMachines({ workerTables });
  const { client, end, task } = await openThere(on, on.worker);
  const caller = new AbortController();
  const asked = client.callTool(ask, { signal: caller.signal });
  const card = await on.botSays(CARD);
  await on.broker.kill();
  await on.press(card, "Red");
  caller.abort();
  await expect(asked).rejects.toThrow();
  await on.broker.start();
  end();
  await on.outcomeOf(task);
  const { runs } = on.store();
  const turn = await on.emulator.waitFor(() => runs.recent(2).find(({ prompt }) => prompt.startsWith("The answer to")));
  expect(turn.prompt).toBe('The answer to your question "Which colour?":\n\nRed');
});

test("a token is its owner's alone, opens its own machine's tools alone, and dies with its run", async () => {
  const on = await stageMachines({ workerTables });
  const { client, pass, end, task } = await openThere(on, on.worker);
  const { socket, token } = passOf(pass);
  expect(socket).toBe(join(on.worker.directory, "takopi.sock"));
  for (const file of [pass, socket]) expect(statSync(file).mode & 0o777).toBe(0o600);
  const other = await startWorker({ name: "cpu", broker: on.broker.address, projects: ["web"], tables: workerTables });
  for (const directory of [on.directory, other.directory]) {
    const stolen = callWith(join(directory, "takopi.sock"), token);
    await expect(stolen).rejects.toMatchObject({ name: OperationFailure.name, code: "not_allowed" });
  }
  end();
  await on.outcomeOf(task);
  await on.emulator.waitFor(() => !existsSync(pass));
  await expect(callWith(socket, token)).rejects.toMatchObject({ code: "not_allowed" });
  expect(await client.callTool({ name: "send_message", arguments: { text: "late" } })).toMatchObject({ isError: true });
});

test("the key of a machine calls no tool for the run of another machine", async () => {
  const secured = await secureBroker("gpu", "cpu");
  const projects = '[projects.api]\nmachine = "gpu"\n[projects.web]\nmachine = "cpu"\n';
  const bridge = await stage({ tables: `${secured.table("bridge")}${projects}` });
  const worker = (name: string, project: string) =>
    startWorker({ name, projects: [project], machines: secured.table(name), tables: workerTables });
  const [, cpu] = [await worker("gpu", "api"), await worker("cpu", "web")];
  const { client } = await openThere(bridge, cpu, "web");
  await client.callTool({ name: "send_message", arguments: { text: "genuine" } });
  await bridge.botSays(/^alpha says\n+genuine/);
  const [run] = bridge.store().runs.recent(1);
  const thief = await steal(secured, "gpu");
  const call = { type: "tool", id: "forged", operation: "send_message", input: { text: "I am the thief" } };
  const forged = sealOf(secured, "gpu").close("cpu", JSON.stringify({ is: call }));
  await jetstream(thief).publish("tk.ev.gpu.lure", forged);
  thief.publish("$JS.API.DIRECT.GET.TK_EVENTS.tk.ev.gpu.lure", "", { reply: `tk.ev.cpu.${run?.id}` });
  await thief.flush();
  await bridge.emulator.waitFor(() => bridge.log.find(({ event }) => event === "machine.not_understood"));
  const said = bridge.emulator.messages(bridge.emulator.privateChatId).map(textOf);
  expect(said.filter((text) => text.includes("thief"))).toEqual([]);
});
