export const sql = `
  CREATE TABLE archivedThreads (
    engine TEXT NOT NULL,
    session TEXT NOT NULL,
    PRIMARY KEY (engine, session)
  ) WITHOUT ROWID;
`;
