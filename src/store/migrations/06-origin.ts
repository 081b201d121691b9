export const sql = `
  ALTER TABLE runs ADD COLUMN origin TEXT NOT NULL DEFAULT '{"type":"message"}';
  ALTER TABLE runs RENAME COLUMN messageId TO askedBy;
  ALTER TABLE runs ADD COLUMN messageId INTEGER;
  UPDATE runs SET messageId = askedBy;
  ALTER TABLE runs DROP COLUMN askedBy;
`;
