export const sql = `
  CREATE TABLE answerPieces (
    runId TEXT NOT NULL REFERENCES runs (id),
    place INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (runId, place)
  );
`;
