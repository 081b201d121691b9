export const sql = `
  CREATE TABLE health (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    pid INTEGER NOT NULL,
    polledAt INTEGER NOT NULL,
    problem TEXT
  );
  ALTER TABLE runs ADD COLUMN progressAsked INTEGER NOT NULL DEFAULT 0;

  CREATE TABLE replies (chatId INTEGER NOT NULL, messageId INTEGER NOT NULL);
  CREATE INDEX repliesByMessage ON replies (chatId, messageId);
`;
