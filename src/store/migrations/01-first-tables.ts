export const sql = `
  CREATE TABLE updates (
    id INTEGER PRIMARY KEY,
    chatId INTEGER,
    messageId INTEGER,
    body TEXT,
    state TEXT NOT NULL CHECK (state IN ('received', 'handled', 'failed')),
    tries INTEGER NOT NULL DEFAULT 0,
    receivedAt INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX updatesByMessage ON updates (chatId, messageId) WHERE messageId IS NOT NULL;
  CREATE INDEX updatesWaiting ON updates (id) WHERE state = 'received';

  CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'ended')),
    chatId INTEGER NOT NULL,
    topicId INTEGER,
    messageId INTEGER NOT NULL,
    userId INTEGER,
    engine TEXT NOT NULL,
    project TEXT,
    branch TEXT,
    prompt TEXT NOT NULL,
    resume TEXT,
    follows TEXT,
    session TEXT,
    cwd TEXT,
    pid INTEGER,
    processStart TEXT,
    progressId INTEGER,
    outcome TEXT CHECK (outcome IN ('done', 'error', 'cancelled', 'interrupted')),
    answer TEXT,
    error TEXT,
    steps INTEGER NOT NULL DEFAULT 0,
    inputTokens INTEGER,
    outputTokens INTEGER,
    cacheReadTokens INTEGER,
    cacheWriteTokens INTEGER,
    costUsd REAL,
    createdAt INTEGER NOT NULL,
    startedAt INTEGER,
    endedAt INTEGER
  );
  CREATE INDEX runsOpen ON runs (createdAt) WHERE state <> 'ended';
  CREATE INDEX runsBySession ON runs (engine, session);
  CREATE INDEX runsByTime ON runs (createdAt);

  CREATE TABLE messages (
    chatId INTEGER NOT NULL,
    messageId INTEGER NOT NULL,
    runId TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    PRIMARY KEY (chatId, messageId)
  ) WITHOUT ROWID;

  CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    runId TEXT REFERENCES runs (id) ON DELETE CASCADE,
    chatId INTEGER NOT NULL,
    topicId INTEGER,
    replyTo INTEGER,
    body TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'parked')),
    sentParts INTEGER NOT NULL DEFAULT 0,
    problem TEXT,
    createdAt INTEGER NOT NULL
  );
  CREATE INDEX deliveriesWaiting ON deliveries (id) WHERE state IN ('waiting', 'sending');

  CREATE TABLE conversations (
    key TEXT NOT NULL,
    engine TEXT NOT NULL,
    runId TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    PRIMARY KEY (key, engine)
  ) WITHOUT ROWID;

  CREATE TABLE forwards (
    chatId INTEGER NOT NULL,
    topicId INTEGER NOT NULL,
    userId INTEGER NOT NULL,
    messageId INTEGER NOT NULL,
    text TEXT NOT NULL,
    receivedAt INTEGER NOT NULL,
    PRIMARY KEY (chatId, messageId)
  ) WITHOUT ROWID;
`;
