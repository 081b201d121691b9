import { beforeEach, describe, expect, test } from "vitest";
import { BOUNDS } from "../../src/bounds.ts";
import type { Config } from "../../src/config/config.ts";
import type { VoiceService } from "../../src/config/voice.ts";
import { UserError } from "../../src/errors.ts";
import { requirePublic } from "../../src/voice/private-address.ts";
import { transcriber } from "../../src/voice/transcribe.ts";
import { recordingLog } from "../engine/toy.ts";
import { shorten } from "../helpers/bounds.ts";
import { type Says, transcriptionService, words } from "./service.ts";

async function* sound() {
  yield Buffer.from("sound");
}

const signal = new AbortController().signal;
const voice = { source: "f", name: "voice.ogg", mime: "audio/ogg" };

beforeEach(() => shorten(BOUNDS.voice, { waitMs: 1 }));

async function hearing(script: readonly Says[], more: Partial<VoiceService> = {}, maxBytes = 100) {
  const service = await transcriptionService(...script);
  const setup = {
    baseUrl: service.url,
    model: "m",
    apiKey: undefined,
    language: undefined,
    allowPrivate: true,
    ...more,
  };
  const config = { voice: setup, telegram: { voice_max_bytes: maxBytes } } as unknown as Config;
  const entries: Parameters<typeof recordingLog>[0] = [];
  const fetchFile = async () => sound();
  const transcribe = transcriber({ config: () => config, env: {}, fetchFile, log: recordingLog(entries) });
  const saying = (size?: number) =>
    transcribe({ ...voice, size }, signal).then(
      (text) => text,
      (error: unknown) => {
        if (!(error instanceof UserError)) throw error;
        return error.userText;
      },
    );
  return { service, saying, entries };
}

describe("a service", () => {
  test("that is busy or broken for a while is asked up to four times", async () => {
    const { saying, service } = await hearing([{ status: 429, text: "" }, { status: 503, text: "" }, words(" fine ")]);
    expect(await saying()).toBe("fine");
    expect(service.heard).toHaveLength(3);
  });

  test("that stays broken is given up; the log names it and the cause", async () => {
    const { saying, service, entries } = await hearing([{ status: 500, text: '{"error":{"message":"no GPU"}}' }]);
    expect(await saying()).toMatch(/^`127\.0\.0\.1:\d+` failed \(the transcription service answers 500 \("no GPU"\)\)/);
    expect(service.heard).toHaveLength(4);
    const failed = entries.find(({ event }) => event === "voice.failed");
    expect(failed).toMatchObject({ fields: { by: expect.stringMatching(/^127\.0\.0\.1:/) } });
  });

  test("that never answers is left", async () => {
    shorten(BOUNDS.voice, { wholeMs: 100 });
    const { saying, service } = await hearing(["silence"]);
    expect(await saying()).toMatch(/gave no text within 0\.1 s/);
    expect(service.heard.length).toBeLessThan(2);
  });

  test("that answers without end is left", async () => {
    shorten(BOUNDS.voice, { answerBytes: 1000 });
    const { saying } = await hearing([words("x".repeat(5000))]);
    expect(await saying()).toMatch(/answers without end/);
  });

  test.each<[Says, RegExp]>([
    [{ status: 401, text: '{"error":{"message":"bad key"}}' }, /answers 401 \("bad key"\): check `voice\.api_key`/],
    [{ status: 404, text: "<html>" }, /answers 404: check `voice\.base_url` and `voice\.model`/],
    [{ status: 307, text: "", location: "http://127.0.0.1:1/" }, /answers 307/],
    [{ text: "<html>" }, /sends no text/],
    [words("  "), /No words were heard/],
  ])("that says %j is not asked again", async (says, told) => {
    const { saying, service } = await hearing([says]);
    expect(await saying()).toMatch(told);
    expect(service.heard).toHaveLength(1);
  });

  test("on this machine is asked only if that is allowed", async () => {
    const { saying, service } = await hearing([words("x")], { allowPrivate: false });
    expect(await saying()).toMatch(/`127\.0\.0\.1` is on this machine or its network: set `voice\.allow_private/);
    expect(service.heard).toEqual([]);
  });

  test("whose address is never found is left, and that is told", async () => {
    shorten(BOUNDS.voice, { lookupMs: 20 });
    const never = () => new Promise<never>(() => {});
    await expect(requirePublic("http://never.test", signal, never)).rejects.toThrow(
      "its address was not found within 0.02 s",
    );
  });

  test("gets no recording that is too large", async () => {
    const { saying, service } = await hearing([words("x")], {}, 4);
    expect(await saying(5)).toMatch(/larger than/);
    expect(await saying()).toMatch(/larger than/);
    expect(service.heard).toEqual([]);
  });
});

test.each([
  "http://10.1.2.3",
  "http://[::1]:80",
  "http://[::ffff:192.168.0.1]",
  "http://169.254.169.254",
  "http://[fd00::1]",
])("%s is private", async (url) => {
  await expect(requirePublic(url, signal)).rejects.toThrow(UserError);
});

test.each(["http://8.8.8.8", "http://[2606:4700::1111]"])("%s is public", async (url) => {
  await expect(requirePublic(url, signal)).resolves.toBeUndefined();
});

test("no more recordings are heard at once than the bound says, in the order in which they came", async () => {
  shorten(BOUNDS.voice, { atOnce: 2 });
  const service = await transcriptionService(words("done"));
  const setup = { baseUrl: service.url, model: "m", apiKey: undefined, language: undefined, allowPrivate: true };
  const begun: string[] = [];
  let open = 0;
  const most: number[] = [];
  const fetchFile = async (source: string) => {
    begun.push(source);
    most.push(++open);
    await new Promise(setImmediate);
    open -= 1;
    return sound();
  };
  const config = () => ({ voice: setup }) as unknown as Config;
  const transcribe = transcriber({ config, env: {}, fetchFile, log: recordingLog([]) });
  const texts = ["a", "b", "c", "d"].map((source) => transcribe({ ...voice, source }, signal));
  expect(await Promise.all(texts)).toEqual(["done", "done", "done", "done"]);
  expect(begun).toEqual(["a", "b", "c", "d"]);
  expect(Math.max(...most)).toBe(2);
});
