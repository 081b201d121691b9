import fc from "fast-check";
import { expect, test } from "vitest";
import { applyEnvironment } from "../../src/config/environment.ts";
import { formatValue, parseValue } from "../../src/config/toml.ts";
import { load } from "./bench.ts";

test("the environment wins over the file", () => {
  const config = load('default_engine = "pi"\n[limits]\nparallel_runs = 2', {
    TAKOPI__DEFAULT_ENGINE: "opencode",
    TAKOPI__LIMITS__STALL_MINUTES: "0.5",
  });
  expect(config).toMatchObject({ default_engine: "opencode", limits: { parallel_runs: 2, stall_minutes: 0.5 } });
});

test("a whole bot can come from the environment", () => {
  const env = {
    TAKOPI__TRANSPORTS__TELEGRAM__BOT_TOKEN: "123456:AAEhBOweik6ad9r",
    TAKOPI__TRANSPORTS__TELEGRAM__CHAT_ID: "-100",
    TAKOPI__TRANSPORTS__TELEGRAM__ALLOWED_USER_IDS: "[1, 2]",
    TAKOPI__CODEX__MODEL: "gpt-5.5",
  };
  const config = load("", env);
  expect(config.telegram).toMatchObject({
    bot_token: "123456:AAEhBOweik6ad9r",
    chat_id: -100,
    allowed_user_ids: [1, 2],
  });
  expect(config.engines).toEqual({ codex: { model: "gpt-5.5" } });
});

test("a variable takes the spelling of a key that is there", () => {
  const config = load('[projects.MyApp]\npath = "/a"', { TAKOPI__PROJECTS__MYAPP__PATH: "/b" });
  expect(config.projects.get("MyApp")?.path).toBe("/b");
});

test("other variables are left alone", () => {
  const env = { TAKOPI_LOG_LEVEL: "debug", TAKOPI__: "x", TAKOPI____A: "x", PATH: "/bin", takopi__a: "x" };
  expect(applyEnvironment({ a: 1 }, env).table).toEqual({ a: 1 });
});

test("the table that is given stays as it is", () => {
  const table = { limits: { parallel_runs: 1 } };
  applyEnvironment(table, { TAKOPI__LIMITS__PARALLEL_RUNS: "2" });
  expect(table).toEqual({ limits: { parallel_runs: 1 } });
});

test("any value comes through the environment as it went in", () => {
  const leaf = fc.oneof(fc.boolean(), fc.integer(), fc.string({ unit: "grapheme" }));
  const value = fc.oneof(leaf, fc.array(leaf), fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), leaf));
  const name = fc.array(fc.stringMatching(/^[a-z]([a-z0-9]|_[a-z0-9]){0,8}$/), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(name, value, (path, wanted) => {
      const variable = `TAKOPI__${path.join("__").toUpperCase()}`;
      const { table, variables } = applyEnvironment({}, { [variable]: formatValue(wanted) });
      const found = path.reduce<unknown>((place, key) => Reflect.get(Object(place), key), table);
      expect(found).toEqual(wanted);
      expect(variables.get(path.join("."))).toBe(variable);
    }),
  );
});

test("text that is no TOML value is taken as it is", () => {
  for (const text of ["123:abc", "gpt-5", "[1", "a\nb = 1", "", "2026-01-01", "x # y"])
    expect(parseValue(text)).toBe(text);
});
