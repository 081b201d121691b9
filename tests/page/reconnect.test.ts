import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startEmulator } from "../../src/playground/emulator.ts";
import { bubble, eventually, inPage, useSite } from "./harness.ts";

const site = useSite();

/** A cable between page and emulator that can be pulled. */
let cable: Server;
let port = 0;
const sockets = new Set<Socket>();

beforeEach(async () => {
  cable = createServer((socket) => {
    const onward = connect(Number(new URL(site.emulator.url).port), "127.0.0.1");
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  port = 0;
  await plugIn();
});

afterEach(pull);

async function plugIn(): Promise<void> {
  await new Promise<void>((resolve) => cable.listen(port, "127.0.0.1", resolve));
  const address = cable.address();
  if (typeof address === "object" && address) port = address.port;
}

function pull(): void {
  cable.close();
  for (const socket of sockets) socket.destroy();
}

test("a lost connection is told, and what was missed comes once when it is back", async () => {
  const { api, emulator } = site;
  const chat = emulator.privateChatId;
  const address = new URL(emulator.pageUrl);
  address.port = String(port);
  const page = await site.open(address.href);
  const before = await api.sendMessage(chat, "before");
  const doomed = await api.sendMessage(chat, "doomed");
  await bubble(page, "doomed").waitFor();

  pull();
  await page.getByText("Connection lost, retrying…").waitFor();
  await api.editMessageText(chat, before.message_id, "before, edited");
  await api.deleteMessage(chat, doomed.message_id);
  await api.sendMessage(chat, "while away");
  await plugIn();

  await bubble(page, "while away").waitFor();
  await page.getByText("Connection lost, retrying…").waitFor({ state: "hidden" });
  expect(await page.locator(".bubble .text").allTextContents()).toEqual(["before, edited", "while away"]);
  await api.sendMessage(chat, "live again");
  await eventually(
    () => page.locator(".bubble .text").allTextContents(),
    ["before, edited", "while away", "live again"],
  );
});

test("an address without its key says so", async () => {
  const page = await site.page.context().newPage();
  await page.goto(`${site.emulator.url}/`);
  await page.getByText("This address lacks its key.").waitFor();
});

test("a page lives on when the playground is started again with its key", async () => {
  const { api, emulator } = site;
  const pageKey = new URL(emulator.pageUrl).searchParams.get("key") ?? "";
  const { port } = new URL(emulator.url);
  await api.sendMessage(emulator.privateChatId, "of the old world");
  await bubble(site.page, "of the old world").waitFor();
  await emulator.close();
  await site.page.getByText("Connection lost, retrying…").waitFor();
  site.replace(await startEmulator({ limits: "off", port: Number(port), pageKey }));
  await site.api.sendMessage(site.emulator.privateChatId, "of the new world");
  await bubble(site.page, "of the new world").waitFor();
  expect(await bubble(site.page, "of the old world").count()).toBe(0);
});

test("thousands of messages open fast, follow along, and load upwards", async () => {
  const { emulator, api } = site;
  const chat = emulator.privateChatId;
  emulator.sendBatch(Array.from({ length: 3000 }, (_, index) => ({ chatId: chat, text: `message ${index}.` })));
  const page = await site.open();
  await bubble(page, "message 2999.").waitFor();
  expect(await page.locator(".row").count()).toBeLessThan(500);
  await eventually(
    () =>
      page.evaluate(
        "(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight < 2)(document.getElementById('scroller'))",
      ),
    true,
  );

  await page.evaluate("document.getElementById('scroller').scrollTop = 0");
  await bubble(page, "message 2850.").waitFor({ state: "attached" });
  await api.sendMessage(chat, "the newest");
  await page.getByRole("button", { name: "To the newest message" }).click();
  await eventually(
    () => bubble(page, "the newest").evaluate(inPage("element.getBoundingClientRect().bottom < innerHeight")),
    true,
  );
});
