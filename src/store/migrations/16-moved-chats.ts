export const sql = `
  CREATE TABLE movedChats (chatId TEXT PRIMARY KEY, newChatId TEXT NOT NULL) WITHOUT ROWID;
`;
