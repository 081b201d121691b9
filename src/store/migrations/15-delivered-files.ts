export const sql = `
  ALTER TABLE deliveries ADD COLUMN file TEXT;
`;
