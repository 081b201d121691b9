export const sql = `
  CREATE TABLE threadNames (
    engine TEXT NOT NULL,
    session TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (engine, session)
  ) WITHOUT ROWID;
  ALTER TABLE deliveries ADD COLUMN attached TEXT;
`;
