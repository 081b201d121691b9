import { expect, test } from "vitest";
import { engineEnv } from "../../src/engine/environment.ts";

const TOKEN = `123456789:${"A".repeat(35)}`;
const parts = { env: {}, patterns: [], options: {}, cwd: "/repo", runId: "run-1" };

test("only variables that programs need pass", () => {
  const env = {
    ...{ HOME: "/home/ada", PATH: "/bin", LC_ALL: "C", XDG_DATA_HOME: "/data", HTTPS_PROXY: "http://proxy" },
    ...{ AWS_SECRET_ACCESS_KEY: "secret", OPENAI_API_KEY: "secret", PWD: "/elsewhere", UNSET: undefined },
  };
  expect(engineEnv({ ...parts, env })).toEqual({
    ...{ HOME: "/home/ada", PATH: "/bin", LC_ALL: "C", XDG_DATA_HOME: "/data", HTTPS_PROXY: "http://proxy" },
    ...{ NO_COLOR: "1", PWD: "/repo", TAKOPI_RUN_ID: "run-1" },
  });
});

test("the engine's own variables and those that the config lets through pass, by name or by beginning", () => {
  const env = { CODEX_HOME: "/c", CODEX_KEY: "k", NPM_TOKEN: "n", NPM_TOKEN_2: "n2", OTHER: "o" };
  const result = engineEnv({ ...parts, env, patterns: ["CODEX_*"], options: { env_passthrough: ["NPM_TOKEN"] } });
  expect(result).toMatchObject({ CODEX_HOME: "/c", CODEX_KEY: "k", NPM_TOKEN: "n" });
  expect(result).not.toHaveProperty("NPM_TOKEN_2");
  expect(result).not.toHaveProperty("OTHER");
});

test("the config's variables win over the launch's, and these over inherited ones", () => {
  const result = engineEnv({
    ...parts,
    env: { A_1: "bridge", A_2: "bridge", A_3: "bridge", NO_COLOR: "0" },
    patterns: ["A_*"],
    added: { A_1: "launch" },
    options: { env: { A_1: "config", A_2: "config", PWD: "/wrong", TAKOPI_RUN_ID: "wrong" } },
  });
  expect(result).toMatchObject({ A_1: "launch", A_2: "config", A_3: "bridge", NO_COLOR: "1" });
  expect(result).toMatchObject({ PWD: "/repo", TAKOPI_RUN_ID: "run-1" });
});

test("nothing of the bridge's own passes, whoever asks for it", () => {
  const env = { TAKOPI__BOT: "x", TAKOPI_CONFIG: "/c", TAKOPI_RUN_ID: "outer" };
  const result = engineEnv({
    ...parts,
    env,
    patterns: ["TAKOPI_*"],
    options: { env_passthrough: ["*", "TAKOPI_CONFIG"] },
  });
  expect(result).toEqual({ NO_COLOR: "1", PWD: "/repo", TAKOPI_RUN_ID: "run-1" });
});

test.each([TOKEN, `https://api.telegram.org/bot${TOKEN}/getMe`])(
  "no variable passes whose value holds a bot token: %s",
  (value) => {
    const result = engineEnv({
      ...parts,
      env: { BOT: value, HOME: value },
      options: { env_passthrough: ["*"], env: { ADDED: value } },
    });
    expect(result).toEqual({ NO_COLOR: "1", PWD: "/repo", TAKOPI_RUN_ID: "run-1" });
  },
);
