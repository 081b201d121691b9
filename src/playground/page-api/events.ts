import type { ServerResponse } from "node:http";
import { commandsOf } from "../bot-api/methods/bot.ts";
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
    world: world.id,
    bot: { username: world.bot.username, name: world.bot.first_name },
    chats: rooms.map((room) => ({
      id: room.id,
      type: room.chat.type === "private" ? "private" : "supergroup",
      title: room.chat.type === "private" ? world.bot.first_name : room.chat.title,
      topics: [...room.topics].map(([id, name]) => ({ id, name })),
      commands: commandsOf(world, room),
    })),
    messages: rooms.flatMap((room) => room.messages()),
  };
}
