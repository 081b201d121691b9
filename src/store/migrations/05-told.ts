export const sql = `
  CREATE TABLE told (text TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
`;
