/** Where runs outside of projects work, in one row. */
export const sql = `
  CREATE TABLE home (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    path TEXT NOT NULL
  );
`;
