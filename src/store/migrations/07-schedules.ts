export const sql = `
  CREATE TABLE schedules (
    name TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('draft', 'active', 'paused')),
    definition TEXT,
    lastDueAt INTEGER NOT NULL,
    lastRunId TEXT
  ) WITHOUT ROWID;

  CREATE TABLE firings (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    dueAt INTEGER NOT NULL,
    runId TEXT,
    reason TEXT
  );
`;
