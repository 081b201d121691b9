export const sql = `
  CREATE TABLE buttons (
    key TEXT PRIMARY KEY,
    chatId INTEGER NOT NULL,
    operation TEXT NOT NULL,
    input TEXT NOT NULL
  );
`;
