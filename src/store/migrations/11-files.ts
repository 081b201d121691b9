export const sql = `
  ALTER TABLE runs ADD COLUMN files TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE forwards ADD COLUMN files TEXT NOT NULL DEFAULT '[]';
`;
