export const sql = `
  ALTER TABLE deliveries ADD COLUMN isSilent INTEGER NOT NULL DEFAULT 0;
`;
