export const sql = `
  ALTER TABLE firings ADD COLUMN type TEXT NOT NULL DEFAULT 'schedule';
  ALTER TABLE firings ADD COLUMN event TEXT;
  ALTER TABLE firings ADD COLUMN digest TEXT;
  CREATE UNIQUE INDEX firingsByEvent ON firings (type, source, event) WHERE event IS NOT NULL;

  CREATE TABLE webhooks (
    trigger TEXT NOT NULL,
    delivery TEXT NOT NULL,
    payload TEXT,
    receivedAt INTEGER NOT NULL,
    PRIMARY KEY (trigger, delivery)
  ) WITHOUT ROWID;
  CREATE INDEX webhooksWaiting ON webhooks (receivedAt) WHERE payload IS NOT NULL;
`;
