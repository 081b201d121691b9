export const sql = `
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
`;
