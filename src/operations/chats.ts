/** Operations ask the chats that called them for this. */
export interface Chats {
  /** Whether somebody may change what concerns all members. @throws UserError if that cannot be told. */
  isAdmin(chatId: string, userId: string): Promise<boolean>;
  /** Gives the id of the topic. @throws UserError with what keeps the chat from having one, and the fix. */
  createTopic(chatId: string, title: string): Promise<string>;
  /** False if the topic is gone. @throws UserError as `createTopic`. */
  renameTopic(chatId: string, topicId: string, title: string): Promise<boolean>;
  /** Leads to a topic; undefined if the chat has no addresses. */
  linkTo(chatId: string, topicId: string): string | undefined;
}
