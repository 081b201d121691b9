export const sql = `
  CREATE TABLE preferences (
    chatId TEXT NOT NULL,
    topicId TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (chatId, topicId, name)
  ) WITHOUT ROWID;
`;
