export const sql = `
  UPDATE runs SET progressId = NULL WHERE state = 'ended'
    AND id NOT IN (SELECT runId FROM deliveries WHERE state IN ('waiting', 'sending') AND runId IS NOT NULL);
  CREATE INDEX runsStale ON runs (chatId) WHERE state = 'ended' AND progressId IS NOT NULL;
`;
