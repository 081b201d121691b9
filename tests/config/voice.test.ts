import { expect, test } from "vitest";
import { engines } from "../../runners/index.ts";
import { checkConfig } from "../../src/config/load.ts";
import { parseToml } from "../../src/config/toml.ts";

const voiceOf = (text: string) =>
  checkConfig({
    ...{ table: parseToml(text, "takopi.toml"), file: "/etc/takopi/takopi.toml", engines },
    ...{ cwd: "/", env: { HOME: "/home/ann" } },
  }).voice;

const OPENAI = {
  ...{ baseUrl: "https://api.openai.com/v1", model: "gpt-4o-mini-transcribe", apiKey: { env: "OPENAI_API_KEY" } },
  ...{ language: undefined, allowPrivate: false },
};

test("voice is off until a table or Takopi's key switches it on", () => {
  expect(voiceOf("")).toBeUndefined();
  expect(voiceOf("[voice]")).toEqual(OPENAI);
  expect(voiceOf("[transports.telegram]\nvoice_transcription = true")).toEqual(OPENAI);
});

test("Takopi's keys mean what they mean there; those of the table win", () => {
  const takopi = `[transports.telegram]
    voice_transcription = true
    voice_transcription_base_url = "http://localhost:8000/v1/"
    voice_transcription_model = "base"
    voice_transcription_api_key = "k-1"\n`;
  const local = { ...OPENAI, baseUrl: "http://localhost:8000/v1", model: "base", apiKey: "k-1", allowPrivate: true };
  expect(voiceOf(takopi)).toEqual(local);
  expect(voiceOf(`${takopi}[voice]\nmodel = "large"`)).toEqual({ ...local, model: "large" });
});

test("no other service gets the key that was meant for OpenAI", () => {
  expect(voiceOf('[voice]\nbase_url = "https://hear.example.org"')).toMatchObject({ apiKey: undefined });
});

test("a command is words, and its paths begin at home or at the config", () => {
  const command = "\"~/my bin/hear\" -m '~/a b.bin' ./x -f";
  expect(voiceOf(`[voice]\ncommand = """${command}"""`)).toEqual({
    command: ["/home/ann/my bin/hear", "-m", "/home/ann/a b.bin", "./x", "-f"],
  });
  expect(voiceOf('[voice]\ncommand = "bin/hear"')).toEqual({ command: ["/etc/takopi/bin/hear"] });
  expect(() => voiceOf('[voice]\ncommand = "hear"\nbase_url = "https://x.org"')).toThrow(/exclude each other/);
  expect(() => voiceOf("[voice]\ncommand = \"''\"")).toThrow(/names no program/);
});
