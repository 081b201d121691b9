/** Each entry takes the state file from version `index` to `index + 1`; entries are never changed once released. */
export const migrations: readonly string[] = [
  `
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
  `,
  `
  CREATE TABLE health (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    pid INTEGER NOT NULL,
    polledAt INTEGER NOT NULL,
    problem TEXT
  );
  ALTER TABLE runs ADD COLUMN progressAsked INTEGER NOT NULL DEFAULT 0;

  CREATE TABLE replies (chatId INTEGER NOT NULL, messageId INTEGER NOT NULL);
  CREATE INDEX repliesByMessage ON replies (chatId, messageId);
  `,
  `
  CREATE TABLE questions (
    key TEXT PRIMARY KEY,
    runId TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    questionId TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    question TEXT NOT NULL,
    chatId INTEGER NOT NULL,
    topicId INTEGER,
    state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'expired', 'withdrawn')),
    reply TEXT CHECK (reply IN ('allow', 'deny', 'choose', 'text', 'dismiss')),
    scope TEXT,
    reason TEXT,
    answer TEXT,
    decidedBy TEXT CHECK (decidedBy IN ('user', 'policy', 'time')),
    userId INTEGER,
    userName TEXT,
    problem TEXT,
    cardId INTEGER,
    cardState TEXT,
    askedAt INTEGER NOT NULL,
    closedAt INTEGER
  ) WITHOUT ROWID;
  CREATE INDEX questionsByTime ON questions (askedAt);
  CREATE INDEX questionsOpen ON questions (askedAt) WHERE state = 'open';

  CREATE TABLE cardMessages (
    chatId INTEGER NOT NULL,
    messageId INTEGER NOT NULL,
    key TEXT NOT NULL REFERENCES questions (key) ON DELETE CASCADE,
    PRIMARY KEY (chatId, messageId)
  ) WITHOUT ROWID;
  `,
  `
  ALTER TABLE runs ADD COLUMN markId TEXT;
  ALTER TABLE runs ADD COLUMN branchOf TEXT;
  ALTER TABLE deliveries ADD COLUMN keyboard TEXT;

  CREATE TABLE threadModels (
    engine TEXT NOT NULL,
    session TEXT NOT NULL,
    model TEXT NOT NULL,
    PRIMARY KEY (engine, session)
  ) WITHOUT ROWID;

  CREATE TABLE liveServers (
    engine TEXT NOT NULL,
    pid INTEGER NOT NULL,
    processStart TEXT NOT NULL,
    markId TEXT,
    idleSince INTEGER
  );
  `,
  `
  CREATE TABLE told (text TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
  `,
  `
  ALTER TABLE runs ADD COLUMN origin TEXT NOT NULL DEFAULT '{"type":"message"}';
  ALTER TABLE runs RENAME COLUMN messageId TO askedBy;
  ALTER TABLE runs ADD COLUMN messageId INTEGER;
  UPDATE runs SET messageId = askedBy;
  ALTER TABLE runs DROP COLUMN askedBy;
  `,
  `
  CREATE TABLE schedules (
    name TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('draft', 'active', 'paused')),
    definition TEXT,
    lastDueAt INTEGER NOT NULL,
    lastRunId TEXT
  ) WITHOUT ROWID;

  CREATE TABLE firings (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    dueAt INTEGER NOT NULL,
    runId TEXT,
    reason TEXT
  );
  `,
  `
  CREATE TABLE buttons (
    key TEXT PRIMARY KEY,
    chatId INTEGER NOT NULL,
    operation TEXT NOT NULL,
    input TEXT NOT NULL
  );
  `,
  `
  ALTER TABLE deliveries ADD COLUMN isSilent INTEGER NOT NULL DEFAULT 0;
  `,
  `
  ALTER TABLE runs ADD COLUMN contextFill REAL;
  `,
  `
  ALTER TABLE runs ADD COLUMN files TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE forwards ADD COLUMN files TEXT NOT NULL DEFAULT '[]';
  `,
  `
  CREATE TABLE preferences (
    chatId TEXT NOT NULL,
    topicId TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (chatId, topicId, name)
  ) WITHOUT ROWID;
  `,
  `
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
  `,
  `
  CREATE TABLE archivedThreads (
    engine TEXT NOT NULL,
    session TEXT NOT NULL,
    PRIMARY KEY (engine, session)
  ) WITHOUT ROWID;
  `,
  `
  ALTER TABLE deliveries ADD COLUMN file TEXT;
  `,
  `
  CREATE TABLE movedChats (chatId TEXT PRIMARY KEY, newChatId TEXT NOT NULL) WITHOUT ROWID;
  `,
  `
  UPDATE runs SET progressId = NULL WHERE state = 'ended'
    AND id NOT IN (SELECT runId FROM deliveries WHERE state IN ('waiting', 'sending') AND runId IS NOT NULL);
  CREATE INDEX runsStale ON runs (chatId) WHERE state = 'ended' AND progressId IS NOT NULL;
  `,
  `
  CREATE TABLE threadNames (
    engine TEXT NOT NULL,
    session TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (engine, session)
  ) WITHOUT ROWID;
  ALTER TABLE deliveries ADD COLUMN attached TEXT;
  `,
  `
  ALTER TABLE runs ADD COLUMN queuedAt REAL;

  CREATE TABLE briefs (
    id INTEGER PRIMARY KEY,
    engine TEXT NOT NULL,
    session TEXT NOT NULL,
    text TEXT NOT NULL
  );
  `,
  `
  ALTER TABLE questions ADD COLUMN ticket TEXT CHECK (ticket IN ('asked', 'given'));
  CREATE INDEX ticketsAsked ON questions (askedAt) WHERE ticket = 'asked';
  `,
];
