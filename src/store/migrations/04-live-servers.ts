export const sql = `
  ALTER TABLE runs ADD COLUMN markId TEXT;
  ALTER TABLE runs ADD COLUMN branchOf TEXT;
  ALTER TABLE deliveries ADD COLUMN keyboard TEXT;

  CREATE TABLE threadModels (
    engine TEXT NOT NULL,
    session TEXT NOT NULL,
    model TEXT NOT NULL,
    PRIMARY KEY (engine, session)
  ) WITHOUT ROWID;

  CREATE TABLE liveServers (
    engine TEXT NOT NULL,
    pid INTEGER NOT NULL,
    processStart TEXT NOT NULL,
    markId TEXT,
    idleSince INTEGER
  );
`;
