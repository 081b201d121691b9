import type { ServerResponse } from "node:http";
import type { PageEvent } from "../protocol.ts";
import type { World } from "../world/world.ts";
import { PAGE_HEADERS } from "./static.ts";

const KEEP_ALIVE_MS = 15_000;

/** Streams what happens to one page, from a first event with all that there is. */
export function streamEvents(world: World, response: ServerResponse): void {
  response.writeHead(200, { ...PAGE_HEADERS, "content-type": "text/event-stream" });
  const send = (event: PageEvent) => response.write(`data: ${JSON.stringify(event)}\n\n`);
  send(hello(world));
  const unsubscribe = world.changes.subscribe(send);
  const keepAlive = setInterval(() => response.write(": still here\n\n"), KEEP_ALIVE_MS);
  response.on("close", () => {
    clearInterval(keepAlive);
    unsubscribe();
  });
}

function hello(world: World): PageEvent {
  const rooms = [...world.rooms.values()];
  return {
    type: "hello",
    bot: { username: world.bot.username, name: world.bot.first_name },
    chats: rooms.map(({ chat, topics }) => ({
      id: chat.id,
      type: chat.type === "private" ? "private" : "supergroup",
      title: chat.type === "private" ? world.bot.first_name : chat.title,
      topics: [...topics].map(([id, name]) => ({ id, name })),
    })),
    messages: rooms.flatMap((room) => room.messages()),
    commands: world.commands.get("") ?? [],
  };
}
