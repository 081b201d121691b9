export const sql = `
  ALTER TABLE runs ADD COLUMN presets TEXT NOT NULL DEFAULT '[]';
`;
