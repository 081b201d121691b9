export const sql = `
  ALTER TABLE questions ADD COLUMN ticket TEXT CHECK (ticket IN ('asked', 'given'));
  CREATE INDEX ticketsAsked ON questions (askedAt) WHERE ticket = 'asked';
`;
