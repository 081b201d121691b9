/** Runs that a worker carries out for a bridge elsewhere, and what they said that the broker does not have yet. */
export const sql = `
  CREATE TABLE workerJobs (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'begun', 'ended')),
    spec TEXT NOT NULL,
    session TEXT,
    process TEXT,
    lastSeq INTEGER NOT NULL DEFAULT 0,
    said INTEGER NOT NULL DEFAULT 0,
    takenAt INTEGER NOT NULL
  );
  CREATE INDEX workerJobsOpen ON workerJobs (takenAt) WHERE state <> 'ended';
  CREATE TABLE workerSayings (
    jobId TEXT NOT NULL REFERENCES workerJobs (id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (jobId, n)
  ) WITHOUT ROWID;
`;
