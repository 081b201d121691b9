import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { connect, type Msg } from "@nats-io/transport-node";
import { expect, onTestFinished, test } from "vitest";
import { stage, textOf } from "../helpers/bridge.ts";
import { startBroker } from "../helpers/broker.ts";
import { photo, textDocument } from "../helpers/pictures.ts";
import { startWorker } from "./stage.ts";

const SECRETS = {
  ...{ OPENAI_API_KEY: "sk-environment-5f1c", ANTHROPIC_API_KEY: "sk-ant-environment-77", DEPLOY_KEY: "deploy-91b2" },
  ...{ HOOK: "hook-secret-3e3e", LET_THROUGH: "let-through-42aa" },
};
const IN_CONFIG = { engine: "engine-variable-c0de", voice: "voice-key-8d8d", project: "project-variable-1f1f" };

const CONFIG = `[projects.api]
machine = "gpu"
[projects.api.alpha]
env = { P = "${IN_CONFIG.project}" }
[alpha]
env = { E = "${IN_CONFIG.engine}" }
env_passthrough = ["LET_THROUGH"]
[voice]
base_url = "https://voice.example.org/v1"
api_key = "${IN_CONFIG.voice}"
[triggers.deploy]
do = "task"
text = "deployed"
project = "api"
[triggers.deploy.webhook]
secret = { env = "HOOK" }
kind = "hmac"
[webhooks]
listen = "127.0.0.1:0"
`;

/** All that a message has: where to, headers, and its bytes. */
const bytesOf = ({ subject, headers, data }: Msg): Buffer =>
  Buffer.concat([Buffer.from(`${subject}\n${headers ?? ""}\n`), data]);

test("no token, key or variable of the bridge or its config goes over the broker", async () => {
  const broker = await startBroker();
  const spy = await connect({ servers: broker.address });
  onTestFinished(() => spy.close());
  const heard: Buffer[] = [];
  spy.subscribe(">", { callback: (_, message) => void heard.push(bytesOf(message)) });
  await spy.flush();
  const tables = `[machines]\nbroker = "${broker.address}"\n${CONFIG}`;
  const { emulator, say, outcomeOf, botSays, press, directory } = await stage({
    ...{ tables, env: SECRETS, telegram: 'messages = "classic"' },
  });
  const worker = await startWorker({ name: "gpu", broker: broker.address, projects: ["api"] });
  execFileSync("git", ["init", "-q"], { cwd: join(worker.directory, "api") });

  const first = await outcomeOf(say("/api session\nstep needle-in-the-prompt\nanswer one\ndone"));
  await outcomeOf(say("session\nanswer two\ndone", { replyTo: first.message_id }));
  await outcomeOf(say("/api session\nrepeat 600000\nanswer long\ndone"));
  await outcomeOf(say(`/api session\nanswer ${"x".repeat(3900)}\ndone`));
  const { message_id } = emulator.sendPhoto({ chatId: emulator.privateChatId, photo: photo(), caption: "/api see" });
  await outcomeOf(message_id);
  const document = textDocument("notes.txt", "one line\n");
  emulator.sendDocument({ chatId: emulator.privateChatId, document, caption: "/file put /api docs/" });
  await botSays(/^Saved docs\/notes\.txt in api/);
  say("/file get /api docs/notes.txt");
  await emulator.waitFor(() =>
    emulator.messages(emulator.privateChatId).find((one) => one.document && one.from?.is_bot),
  );
  say("/diff", { replyTo: first.message_id });
  await botSays(/^\d files? differ/);
  const stopped = say("/api session\nstep working\nhang");
  await press(await botSays(/▸ working/), "Stop");
  expect(textOf(await outcomeOf(stopped))).toMatch(/^cancelled/);
  say("/machines");
  await botSays(/^- gpu · there/);
  await spy.flush();

  const all = Buffer.concat(heard);
  expect(all.includes("needle-in-the-prompt")).toBe(true);
  const secrets = [emulator.token, directory, ...Object.values(SECRETS), ...Object.values(IN_CONFIG)];
  const forms = (text: string) => [text, Buffer.from(text).toString("base64").replace(/=+$/, "").slice(0, -1)];
  expect(secrets.filter((secret) => forms(secret).some((form) => all.includes(form)))).toEqual([]);
});
