import { describe, expect, test } from "vitest";
import { buttonsOf } from "../helpers/asking.ts";
import { textOf } from "../helpers/bridge.ts";
import { liveTables, stageLive } from "../helpers/live-stage.ts";

describe("a message to a running thread", () => {
  test("is added to the turn, says so, and leads to the run from then on", async () => {
    const { say, botSays, outcomeOf, store } = await stageLive();
    const first = say("steered");
    await botSays(/^working · pi/);
    const second = say("green, please", { replyTo: first });
    expect((await botSays(/^Added to the running turn\.$/)).reply_to_message?.message_id).toBe(second);
    const answer = textOf(await outcomeOf(first));
    expect(answer).toContain("green, please");
    const session = /pi --session \S+/.exec(answer)?.[0] ?? "none";
    expect(textOf(await outcomeOf(say("answer", { replyTo: second })))).toContain(session);
    expect(store().runs.recent(10)).toHaveLength(2);
    expect(store().updates.waiting()).toEqual([]);
  });

  test("is added to it without a reply if the chat continues by itself", async () => {
    const { say, botSays, outcomeOf } = await stageLive({ telegram: 'session_mode = "chat"' });
    const first = say("steered");
    await botSays(/^working · pi/);
    say("blue");
    expect(textOf(await outcomeOf(first))).toContain("blue");
  });

  test("waits for its turn if the engine refuses it, and is run once", async () => {
    const { say, botSays, outcomeOf, store } = await stageLive({ defaultEngine: "codex" });
    const first = say("hang");
    await botSays(/^working · codex/);
    const second = say("answer", { replyTo: first });
    await botSays(/^queued · codex/);
    say("/cancel", { replyTo: first });
    expect(textOf(await outcomeOf(first))).toMatch(/^cancelled/);
    expect(textOf(await outcomeOf(second))).toContain("Hello.");
    expect(store().runs.recent(10)).toHaveLength(2);
  });

  test("waits for its turn if the engine cannot be steered", async () => {
    const { say, botSays, outcomeOf, directory } = await stageLive({ defaultEngine: "alpha" });
    const first = say(`session\nuntil ${directory}/never\ndone`);
    await botSays(/^working · alpha/);
    const second = say("session\nanswer later\ndone", { replyTo: first });
    const waiting = await botSays(
      /^queued · alpha · \d+s · next\n\nalpha cannot take a message in mid-turn\. So this waits for its turn\.\n\nalpha resume /,
    );
    expect(buttonsOf(waiting).map(({ text }) => text)).toEqual(["Stop"]);
    say("/cancel", { replyTo: first });
    expect(textOf(await outcomeOf(second))).toContain("later");
  });

  test("waits for its turn behind /queue, and if it names another engine", async () => {
    const { say, botSays, outcomeOf } = await stageLive();
    const first = say("steered");
    await botSays(/^working · pi/);
    const second = say("/queue answer", { replyTo: first });
    await botSays(/^queued · pi · \d+s · next/);
    const third = say("/codex answer", { replyTo: first });
    await botSays(/^queued · pi · \d+s · place 2/);
    say("go on", { replyTo: first });
    expect(textOf(await outcomeOf(first))).toContain("go on");
    for (const id of [second, third]) expect(textOf(await outcomeOf(id))).toContain("Hello.");
  });

  test("that waits shows its resume line, and Steer adds it to the turn after all", async () => {
    const { say, botSays, press, outcomeOf, emulator, store } = await stageLive();
    const first = say("steered");
    await botSays(/^working · pi/);
    const second = say("/queue yellow, please", { replyTo: first });
    const waiting = await botSays(/^queued · pi · \d+s · next\n\npi --session session-/);
    const shown = () => emulator.message(waiting.chat.id, waiting.message_id);
    await emulator.waitFor(
      () =>
        buttonsOf(shown())
          .map(({ text }) => text)
          .join() === "Stop,Steer",
    );
    expect(await press(waiting, "Steer")).toBe("Adding it to the running turn.");
    expect((await botSays(/^Added to the running turn\.$/)).reply_to_message?.message_id).toBe(second);
    const answer = await outcomeOf(first);
    expect(textOf(answer)).toContain("yellow, please");
    await emulator.waitFor(() => shown() === undefined);
    expect(store().runs.open()).toEqual([]);
    const session = /pi --session \S+/.exec(textOf(answer))?.[0] ?? "none";
    expect(textOf(await outcomeOf(say("answer", { replyTo: second })))).toContain(session);
    expect(await emulator.waitFor(() => store().runs.recent(5).length === 3)).toBe(true);
  });

  test("that the turn does not take waits on", async () => {
    const { say, botSays, press, outcomeOf, emulator } = await stageLive({ defaultEngine: "codex" });
    const first = say("hang");
    await botSays(/^working · codex/);
    const second = say("answer", { replyTo: first });
    const waiting = await botSays(/^queued · codex/);
    const shown = () => emulator.message(waiting.chat.id, waiting.message_id);
    await emulator.waitFor(() => buttonsOf(shown()).length === 2);
    await press(waiting, "Steer");
    await botSays(/^The turn did not take it: it waits for its own\.$/);
    say("/cancel", { replyTo: first });
    expect(textOf(await outcomeOf(second))).toContain("Hello.");
  });

  test("is a run of its own if it begins a thread", async () => {
    const { say, botSays, outcomeOf } = await stageLive();
    const first = say("steered");
    await botSays(/^working · pi/);
    expect(textOf(await outcomeOf(say("answer")))).toContain("Hello.");
    say("done", { replyTo: first });
    await outcomeOf(first);
  });

  test("lists what waits if nothing stands behind /queue", async () => {
    const { say, botSays } = await stageLive();
    say("/queue");
    await botSays(/^Nothing waits here\.$/);
  });
});

describe("/interrupt", () => {
  test("ends the turn, shows how to go on, and keeps the session warm", async () => {
    const { say, botSays, outcomeOf, store } = await stageLive();
    const first = say("endless");
    await botSays(/^working · pi/);
    const serverOf = () => store().runs.recent(1)[0]?.process?.markId;
    const server = serverOf();
    say("/interrupt");
    const outcome = textOf(await outcomeOf(first));
    expect(outcome).toMatch(/^cancelled · pi[\s\S]*pi --session session-/);
    expect(textOf(await outcomeOf(say("answer", { replyTo: first })))).toContain("Hello.");
    expect(server).toMatch(/^live-/);
    expect(serverOf()).toBe(server);
    say("/interrupt");
    await botSays(/^Nothing is running in this chat\.$/);
  });

  test("says in one sentence what a headless run lacks", async () => {
    const { say, botSays, outcomeOf } = await stageLive({ defaultEngine: "alpha" });
    const first = say("session\nhang");
    await botSays(/^working · alpha/);
    say("/interrupt");
    await botSays(/^alpha cannot end a turn and keep its session ready\. \/cancel stops the run\.$/);
    say("/cancel");
    await outcomeOf(first);
  });
});

describe("a brief", () => {
  const tell = async (env: string) => {
    const tables = `${liveTables}[codex.env]\nLACKS = "${env}"\n`;
    const { say, botSays, outcomeOf } = await stageLive({ defaultEngine: "codex", tables });
    const first = say("answer");
    await outcomeOf(first);
    say("/brief the tests need Node 22", { replyTo: first });
    await botSays(/^Noted for the next turn\.$/);
    return textOf(await outcomeOf(say("injected", { replyTo: first })));
  };

  test("enters the session of an engine that can take it without a turn", async () => {
    expect(await tell("")).toMatch(/injected=the tests need Node 22/);
  });

  test("is kept for the next prompt if the engine does not take it", async () => {
    const answer = await tell("thread/inject_items");
    expect(answer).toMatch(/^done · codex/);
    expect(answer).toMatch(/injected=\n/);
  });
});
