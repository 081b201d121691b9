export const sql = `
  ALTER TABLE runs ADD COLUMN contextFill REAL;
`;
