import type { User } from "@grammyjs/types";
import { ChatRoom } from "./chats.ts";
import { GROUP_ID, PERSON, type World } from "./world.ts";

/** A supergroup, which is a forum if it has topics, or a basic group. */
export interface NewGroup {
  /** Negative, as ids of groups are. */
  readonly id: number;
  readonly title: string;
  readonly topics?: readonly string[];
  /** A group that has not become a supergroup yet. */
  readonly basic?: boolean;
}

/** The chats of every playground. Returns the ids of the group's topics. */
export function populate(world: World): number[] {
  addPrivateChat(world, PERSON);
  return addGroup(world, { id: GROUP_ID, title: "Workshop", topics: ["backend", "website"] });
}

export function addPrivateChat(world: World, person: User): void {
  const { id, first_name, username } = person;
  const chat = { id, type: "private" as const, first_name, ...(username !== undefined && { username }) };
  world.rooms.set(id, new ChatRoom(chat));
}

/** Returns the ids of its topics, in order. */
export function addGroup(world: World, { id, title, topics = [], basic = false }: NewGroup): number[] {
  const forum = topics.length > 0 ? { is_forum: true as const } : {};
  const room = new ChatRoom(basic ? { id, type: "group", title } : { id, type: "supergroup", title, ...forum });
  world.rooms.set(id, room);
  if (topics.length > 0) room.add({ date: world.date(), from: PERSON, supergroup_chat_created: true });
  return topics.map((name) => room.addTopic(name, PERSON, world.date()));
}
