export const sql = `
  ALTER TABLE runs ADD COLUMN queuedAt REAL;

  CREATE TABLE briefs (
    id INTEGER PRIMARY KEY,
    engine TEXT NOT NULL,
    session TEXT NOT NULL,
    text TEXT NOT NULL
  );
`;
