import { existsSync } from "node:fs";
import { join } from "node:path";
import { jetstream } from "@nats-io/jetstream";
import { connect, type NatsConnection, nkeyAuthenticator } from "@nats-io/transport-node";
import { expect, test, vi } from "vitest";
import { type Stage, stage, textOf } from "../helpers/bridge.ts";
import { photo } from "../helpers/pictures.ts";
import { type Secured, sealOf, secureBroker, steal } from "./secured.ts";
import { startWorker, type TestWorker } from "./stage.ts";

interface Scene {
  readonly bridge: Stage;
  readonly secured: Secured;
  readonly gpu: TestWorker;
  readonly cpu: TestWorker;
}

/** A bridge and two workers, each with the key that `takopi machines init` has made for it. */
async function enter(): Promise<Scene> {
  const secured = await secureBroker("gpu", "cpu");
  const projects = '[projects.api]\nmachine = "gpu"\n[projects.web]\nmachine = "cpu"\n';
  const bridge = await stage({ tables: `${secured.table("bridge")}${projects}`, telegram: 'messages = "classic"' });
  const gpu = await startWorker({ name: "gpu", projects: ["api"], machines: secured.table("gpu") });
  const cpu = await startWorker({ name: "cpu", projects: ["web"], machines: secured.table("cpu") });
  return { bridge, secured, gpu, cpu };
}

test("bridge and workers work with the keys and rights that are made for them", async () => {
  const { bridge, gpu } = await enter();
  const { emulator, say, outcomeOf, botSays, press } = bridge;
  const long = say("/api session\nrepeat 600000\nanswer the end\ndone");
  expect(textOf(await outcomeOf(long))).toMatch(/^done/);
  const { message_id } = emulator.sendPhoto({ chatId: emulator.privateChatId, photo: photo(), caption: "/api see" });
  const path = /\[uploaded file: (.+?)\]/.exec(textOf(await outcomeOf(message_id)))?.[1] ?? "";
  expect(existsSync(join(gpu.directory, "api", path))).toBe(true);
  say(`/file get /api ${path}`);
  await emulator.waitFor(() => emulator.messages(emulator.privateChatId).find((one) => one.document ?? one.photo));
  const id = say("/web session\nstep working\nhang");
  await press(await botSays(/▸ working/), "Stop");
  expect(textOf(await outcomeOf(id))).toMatch(/^cancelled/);
  say("/machines");
  expect(textOf(await botSays(/^- cpu · there/))).toMatch(/- gpu · there/);
});

test("nobody connects without a key of the broker's, or without its certificate", async () => {
  const { address, ca, broker } = await secureBroker("gpu");
  const reconnect = false;
  await expect(connect({ servers: address, tls: { caFile: ca }, reconnect })).rejects.toThrow(/Authorization/i);
  await expect(connect({ servers: address, tls: {}, reconnect })).rejects.toThrow();
  const stranger = nkeyAuthenticator(
    new TextEncoder().encode("SUAISP5ZXNWJN2IY6IFKP7P6H6NX6CVJDKGAN6HIS673OANP3PESUEPRAE"),
  );
  await expect(
    connect({ servers: address, tls: { caFile: ca }, authenticator: stranger, reconnect }),
  ).rejects.toThrow();
  // Nothing is said in the clear.
  const plain = await connect({ servers: `nats://127.0.0.1:${broker.port}`, reconnect }).catch((error) => error);
  expect(plain).toBeInstanceOf(Error);
});

/** Gives what waits until the broker has refused to let this key do something. */
function hearRefusals(thief: NatsConnection) {
  const refused: string[] = [];
  void (async () => {
    for await (const status of thief.status()) {
      if (status.type === "error") refused.push(status.error.message);
    }
  })();
  return (verb: "Publish" | "Subscription", subject: string) =>
    vi.waitUntil(() => refused.some((one) => one.includes(verb) && one.includes(`"${subject}"`)), 60_000);
}

/** Subjects on which a machine would act as somebody else, or read what is another's. */
const FORBIDDEN = {
  "give a task to another machine": ["tk.job.cpu"],
  "give itself a task, as the bridge does": ["tk.job.gpu"],
  "call another machine": ["tk.ctl.cpu"],
  "tell of another machine's runs": ["tk.ev.cpu.r1", "tk.ev.cpu.r2"],
  "take another machine's name": ["$KV.tk_machines.cpu"],
  "put files into another machine's store": ["$O.tk_files_cpu.C.x", "$O.tk_files_cpu.M.x"],
  "take another machine's tasks": [
    ...["$JS.API.CONSUMER.MSG.NEXT.TK_JOBS.cpu", "$JS.API.CONSUMER.CREATE.TK_JOBS", "$JS.ACK.TK_JOBS.cpu.1.1.1.1.1"],
    ...["$JS.API.CONSUMER.DURABLE.CREATE.TK_JOBS.x", "$JS.API.CONSUMER.CREATE.TK_JOBS.x.tk.job.cpu"],
    ...["$JS.API.STREAM.MSG.GET.TK_JOBS", "$JS.API.DIRECT.GET.TK_JOBS", "$JS.API.DIRECT.GET.TK_JOBS.tk.job.cpu"],
  ],
  "read what runs of others say": [
    ...["$JS.API.STREAM.MSG.GET.TK_EVENTS", "$JS.API.DIRECT.GET.TK_EVENTS", "$JS.API.CONSUMER.CREATE.TK_EVENTS"],
    ...["$JS.API.DIRECT.GET.TK_EVENTS.tk.ev.cpu.r1", "$JS.API.CONSUMER.CREATE.TK_EVENTS.x.tk.ev.cpu.r1"],
  ],
  "read another machine's files": [
    ...["$JS.API.STREAM.MSG.GET.OBJ_tk_files_cpu", "$JS.API.DIRECT.GET.OBJ_tk_files_cpu"],
    ...["$JS.API.CONSUMER.CREATE.OBJ_tk_files_cpu", "$JS.API.CONSUMER.CREATE.OBJ_tk_files_cpu.x.$O.tk_files_cpu.>"],
  ],
  "read what others say of themselves": [
    ...["$JS.API.STREAM.MSG.GET.KV_tk_machines", "$JS.API.DIRECT.GET.KV_tk_machines"],
    ...["$JS.API.DIRECT.GET.KV_tk_machines.$KV.tk_machines.cpu", "$JS.API.CONSUMER.CREATE.KV_tk_machines"],
  ],
  "delete, empty or change streams": [
    ...["TK_JOBS", "TK_EVENTS", "KV_tk_machines", "OBJ_tk_files_cpu"].flatMap((stream) =>
      ["STREAM.DELETE", "STREAM.PURGE", "STREAM.UPDATE", "STREAM.MSG.DELETE"].map(
        (call) => `$JS.API.${call}.${stream}`,
      ),
    ),
    ...["$JS.API.CONSUMER.DELETE.TK_JOBS.cpu", "$JS.API.STREAM.DELETE.OBJ_tk_files_gpu", "$JS.API.STREAM.CREATE.MINE"],
  ],
  "list what there is": ["$JS.API.STREAM.NAMES", "$JS.API.STREAM.LIST", "$JS.API.CONSUMER.NAMES.TK_JOBS"],
};

/** What comes to those who may listen there. */
const DEAF = [
  ">",
  "tk.>",
  "tk.job.*",
  "tk.ev.>",
  "tk.ctl.cpu",
  "$KV.>",
  "$O.>",
  "$JS.>",
  "_INBOX_bridge.>",
  "_INBOX_cpu.>",
];

test("a stolen key of a worker may do nothing that is another's", async () => {
  const { secured } = await enter();
  const thief = await steal(secured, "gpu");
  const isRefused = hearRefusals(thief);
  for (const subject of Object.values(FORBIDDEN).flat()) {
    thief.publish(subject, "{}");
    await isRefused("Publish", subject);
  }
  for (const subject of DEAF) {
    thief.subscribe(subject, { callback: () => {} });
    await isRefused("Subscription", subject);
  }
});

test("a stolen key cannot have the broker push what its machine may read into another machine's queue", async () => {
  const { secured, bridge, cpu } = await enter();
  const thief = await steal(secured, "gpu");
  const isRefused = hearRefusals(thief);
  await jetstream(thief).publish("$O.tk_files_gpu.C.lure", "a task");
  const push = { deliver_subject: "tk.job.cpu", deliver_policy: "all", ack_policy: "none" };
  for (const stream of ["OBJ_tk_files_gpu", "TK_EVENTS", "TK_JOBS", "KV_tk_machines"]) {
    for (const [call, config] of Object.entries({
      [`CREATE.${stream}`]: push,
      [`CREATE.${stream}.mine`]: { ...push, name: "mine" },
      [`CREATE.${stream}.mine.$O.tk_files_gpu.C.lure`]: {
        ...push,
        name: "mine",
        filter_subject: "$O.tk_files_gpu.C.lure",
      },
      [`DURABLE.CREATE.${stream}.mine`]: { ...push, durable_name: "mine" },
    })) {
      const subject = `$JS.API.CONSUMER.${call}`;
      thief.publish(subject, JSON.stringify({ stream_name: stream, config }));
      await isRefused("Publish", subject);
    }
  }
  const { say, outcomeOf } = bridge;
  expect(textOf(await outcomeOf(say("/web session\nanswer alive\ndone")))).toContain("alive");
  expect(cpu.log.some(({ event }) => event === "worker.job_not_understood")).toBe(false);
});

test("messages that a stolen key has the broker send in the broker's name count for nobody", async () => {
  const { secured, bridge, cpu } = await enter();
  const { say, outcomeOf, botSays } = bridge;
  const thief = await steal(secured, "gpu");
  const seal = sealOf(secured, "gpu");
  const ledger = join(cpu.directory, "ran");
  const spec = { runId: "forged", engine: "alpha", project: "web", prompt: `note ${ledger}\nsession\ndone` };
  const forged = {
    "tk.job.cpu": { is: { protocol: 1, jobId: "forged", spec } },
    "$KV.tk_machines.cpu": {
      protocol: 1,
      version: "0",
      host: "thief",
      startedAt: 0,
      instance: "x",
      engines: [],
      projects: [],
      running: 0,
    },
  };
  for (const [subject, value] of Object.entries(forged)) {
    // The broker answers with the message itself, to whatever subject it is told.
    await jetstream(thief).publish(`tk.ev.gpu.lure`, seal.close("cpu", JSON.stringify(value)));
    thief.publish("$JS.API.DIRECT.GET.TK_EVENTS.tk.ev.gpu.lure", "", { reply: subject });
    await thief.flush();
  }
  await vi.waitUntil(() => cpu.log.some(({ event }) => event === "worker.job_not_understood"), 60_000);
  const gone = { reply: "$JS.API.STREAM.DELETE.TK_JOBS" };
  thief.publish("$JS.API.DIRECT.GET.TK_EVENTS.tk.ev.gpu.lure", "", gone);
  await thief.flush();
  expect(textOf(await outcomeOf(say("/web session\nanswer alive\ndone")))).toContain("alive");
  expect(existsSync(ledger)).toBe(false);
  say("/machines");
  expect(textOf(await botSays(/^- cpu · there/))).not.toContain("thief");
});

test("a second worker with the key of another machine does not get that one's name", async () => {
  const { secured } = await enter();
  const table = secured.table("gpu").replace('name = "gpu"', 'name = "cpu"');
  const log = await startWorker({ name: "cpu", projects: ["web"], machines: table, until: "broker.error" });
  expect(log.log.some(({ event }) => event === "worker.ready")).toBe(false);
});
