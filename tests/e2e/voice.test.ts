import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BOUNDS } from "../../src/bounds.ts";
import { shorten } from "../helpers/bounds.ts";
import { type StageOptions, stage, textOf } from "../helpers/bridge.ts";
import { LIVE, liveTables } from "../helpers/live-stage.ts";
import { transcriptionService, words } from "../voice/service.ts";

const recording = { name: "v.ogg", mimeType: "audio/ogg", data: Buffer.from("OggS sound"), durationS: 3 };

async function staged(voice: string, options: StageOptions = {}) {
  const it = await stage({ ...options, tables: `[voice]\n${voice}\n${options.tables ?? ""}` });
  const chatId = it.emulator.privateChatId;
  return { ...it, speak: (more = {}) => it.emulator.sendVoice({ chatId, voice: recording, ...more }).message_id };
}

const local = (url: string, more = "") => `base_url = "${url}"\nallow_private = true\n${more}`;

describe("a voice message", () => {
  test("is a task: what was heard is shown folded without a sound, and its directives count", async () => {
    const service = await transcriptionService(words("/beta fix the *login* [now]"));
    const more = 'api_key = { env = "VOICE_KEY" }\nmodel = "whisper-1"\nlanguage = "de"';
    const { speak, outcomeOf, botSays, emulator } = await staged(local(service.url, more), {
      env: { VOICE_KEY: "k-1" },
    });
    const id = speak();
    const answer = textOf(await outcomeOf(id));
    expect(answer).toContain("beta");
    expect(answer).toContain("You said: (voice transcribed) fix the login [now]");
    const shown = await botSays(/^\/beta fix the \*login\* \[now\]$/);
    expect(shown.reply_to_message?.message_id).toBe(id);
    expect(shown.entities).toContainEqual({ type: "expandable_blockquote", offset: 0, length: 27 });
    const sent = emulator.calls("sendMessage").find(({ payload }) => String(payload["text"]).startsWith("/beta fix"));
    expect(sent?.payload["disable_notification"]).toBe(true);
    const [{ path, key, form } = { path: "", key: "", form: new FormData() }] = service.heard;
    expect([path, key, form.get("model"), form.get("language")]).toEqual([
      ...["/v1/audio/transcriptions", "Bearer k-1", "whisper-1", "de"],
    ]);
    expect(await (form.get("file") as File).text()).toBe("OggS sound");
  });

  test("shows that it is being heard", async () => {
    const service = await transcriptionService("silence");
    const { speak, emulator } = await staged(local(service.url));
    speak();
    await service.asked;
    await emulator.waitFor(() => emulator.calls("sendChatAction").length > 0);
  });

  test("continues a run if it replies to one, and a reply to what was heard does so, too", async () => {
    const service = await transcriptionService(words("and now the tests"));
    const { say, speak, outcomeOf, botSays } = await staged(local(service.url));
    const first = say("session\nanswer one\ndone");
    await outcomeOf(first);
    const second = textOf(await outcomeOf(speak({ replyTo: first })));
    const shown = await botSays(/^and now the tests$/);
    const third = textOf(await outcomeOf(say("more", { replyTo: shown.message_id })));
    const sessionIn = (text: string) => /alpha resume (\S+)/.exec(text)?.[1];
    expect(sessionIn(second)).toBeDefined();
    expect(sessionIn(third)).toBe(sessionIn(second));
  });

  test("of many words is shown as it was heard, as far as a message holds it", async () => {
    const service = await transcriptionService(words("Well, *this* (I think) is it. ".repeat(200)));
    const { speak, botSays } = await staged(local(service.url));
    speak();
    const shown = await botSays(/^Well, \*this\* \(I think\) is it\. Well/);
    expect(textOf(shown)).not.toContain("&#");
    expect(shown.entities?.[0]).toMatchObject({ type: "expandable_blockquote", offset: 0 });
    expect(shown.entities?.[0]?.length).toBeGreaterThan(3_500);
  });

  test("is heard again after a restart that came in between", async () => {
    const service = await transcriptionService("silence", words("build it"));
    const { speak, outcomeOf, stop, start } = await staged(local(service.url));
    const id = speak();
    await service.asked;
    await stop();
    start();
    expect(textOf(await outcomeOf(id))).toContain("build it");
  });

  test("that nobody can hear says how to fix that, starts nothing, and can be forwarded once it is fixed", async () => {
    const { speak, botSays, emulator, store } = await stageOff();
    speak();
    expect(textOf(await botSays(/Voice messages are off/))).toContain("Forward the voice message to me to try again.");
    expect(store().runs.recent(5)).toEqual([]);
    expect(emulator.calls("getFile")).toEqual([]);
  });

  test("of one's own is a task if it is forwarded", async () => {
    const service = await transcriptionService(words("once more"));
    const { speak, outcomeOf, emulator } = await staged(local(service.url));
    const forward = { type: "user" as const, sender_user: emulator.person, date: 1 };
    expect(textOf(await outcomeOf(speak({ forward })))).toContain("once more");
  });
});

describe("a voice message as a reply to a question of an engine", () => {
  async function asked(task: string, card: RegExp, heard: string) {
    const service = await transcriptionService(words(heard));
    const it = await staged(local(service.url), { ...LIVE, tables: liveTables });
    const id = it.say(task);
    const shown = await it.botSays(card);
    it.speak({ replyTo: shown.message_id });
    return { ...it, id };
  }

  test("denies an approval with its words as the reason, and starts nothing", async () => {
    const { outcomeOf, botSays, id, store } = await asked("gate", /^pi wants to /, "Keep the build.");
    expect(textOf(await outcomeOf(id))).toContain('{"verdict":"deny","reason":"Keep the build."}');
    await botSays(/^Keep the build\.$/);
    expect(store().runs.recent(5)).toHaveLength(1);
  });

  test("chooses the option that it names", async () => {
    const { outcomeOf, id } = await asked("ask", /^pi asks: Which/, "Green.");
    expect(textOf(await outcomeOf(id))).toContain('{"value":"green"}');
  });

  test("of words that choose nothing says so and what was heard", async () => {
    const { botSays } = await asked("ask", /^pi asks: Which/, "Blue");
    await botSays(/^This takes one of its options/);
    await botSays(/^Blue$/);
  });
});

test("voice messages of one person are used in the order in which they came", async () => {
  const { botSays, speak, emulator, store, directory } = await staged('command = "./hear.sh"', {
    prepare: async (directory) => {
      const waits = 'if mkdir "$0.first" 2>/dev/null; then until [ -e "$0.go" ]; do sleep 0.05; done; echo first';
      const lines = ["#!/bin/sh", waits, 'else touch "$0.go"; echo second; fi'];
      writeFileSync(join(directory, "hear.sh"), lines.join("\n"), { mode: 0o755 });
    },
  });
  speak();
  await emulator.waitFor(() => existsSync(join(directory, "hear.sh.first")));
  speak();
  await botSays(/^second$/);
  expect(
    store()
      .runs.recent(5)
      .map(({ prompt }) => prompt)
      .reverse(),
  ).toEqual(["(voice transcribed) first", "(voice transcribed) second"]);
});

async function stageOff() {
  const it = await stage();
  return { ...it, speak: () => it.emulator.sendVoice({ chatId: it.emulator.privateChatId, voice: recording }) };
}

describe("a command", () => {
  test("gets the recording as its last argument, and no secret of the bridge", async () => {
    const { speak, outcomeOf, directory } = await staged('command = "./hear.sh --no-timestamps"', {
      env: { SECRET_KEY: "s-1" },
      prepare: async (directory) => {
        const lines = ["#!/bin/sh", 'cp "$2" "$(dirname "$0")/got"', 'env > "$(dirname "$0")/env"', 'echo "heard $1"'];
        writeFileSync(join(directory, "hear.sh"), lines.join("\n"), { mode: 0o755 });
      },
    });
    expect(textOf(await outcomeOf(speak()))).toContain("heard --no-timestamps");
    expect(readFileSync(join(directory, "got"), "utf8")).toBe("OggS sound");
    expect(readFileSync(join(directory, "env"), "utf8")).not.toContain("s-1");
    expect(readdirSync(directory)).toContain("got");
  });

  test.each([
    ["exit 3 with a reason", BOUNDS.voice.wholeMs, 'echo "no model" >&2; exit 3', /hear\.sh failed \(3\): "no model"/],
    ["no end", 300, "sleep 600 & wait", /gave no text within 0\.3 s/],
  ])("that gives %s is told", async (_, wholeMs, line, says) => {
    shorten(BOUNDS.voice, { wholeMs });
    const { speak, botSays } = await staged('command = "./hear.sh"', {
      prepare: async (directory) => {
        writeFileSync(join(directory, "hear.sh"), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
      },
    });
    speak();
    await botSays(says);
  });
});
