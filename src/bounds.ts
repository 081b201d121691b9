const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND = 1000;
const MINUTE = 60 * SECOND;

/**
 * How long each call to something outside this program may take (ms), and how much it may answer (bytes). Nothing waits
 * longer than it says here, except for a person. Tests put smaller values in its place.
 */
export const BOUNDS = {
  telegram: {
    callMs: 90 * SECOND,
    /** `getUpdates` answers after this when there is no update. */
    longPollMs: 50 * SECOND,
    /** A poll that is silent for longer has lost its connection, as after the machine slept. */
    pollMs: 60 * SECOND,
    /** A call that a person waits for, as in `doctor` and `setup`. */
    checkMs: 15 * SECOND,
    setupPollMs: 40 * SECOND,
    /** Before the next poll, if another program polls the same token. */
    giveWayMs: 5 * SECOND,
    /** Until a proxy has made a connection; calls that gave up before would leave theirs open. */
    proxyMs: 30 * SECOND,
  },
  /** A file of a message: all of it, and between two pieces of it. Its size is that of the Bot API. */
  download: {
    wholeMs: 5 * MINUTE,
    silenceMs: 30 * SECOND,
  },
  /** Text of a voice message: everything, download and every try included. */
  voice: {
    wholeMs: 2 * MINUTE,
    lookupMs: 10 * SECOND,
    /** A question of `doctor`. */
    checkMs: 15 * SECOND,
    tries: 4,
    /** Before the second try; four times as long before each later one. */
    waitMs: 500,
    /** Recordings that are heard at once; the others wait. A program may take all that the machine has. */
    atOnce: 2,
    answerBytes: MIB,
  },
  /** Short commands of engines: their version, their login, their models, where a session lies. */
  engine: {
    /** Engines that are scripts of a large runtime take seconds if the disk is cold: pi 0.74.2 was seen to take over 10. */
    versionMs: 40 * SECOND,
    loginMs: 10 * SECOND,
    modelsMs: 20 * SECOND,
    /** A person waits for the answer to a command that takopi does not know. */
    commandsMs: 15 * SECOND,
    /** Facts about a session, for which a person waits; a larger file of one is not read. */
    usageMs: 15 * SECOND,
    usageBytes: 64 * MIB,
    /** A busy machine takes many times the half second that the answer usually needs. */
    lookupMs: 2 * MINUTE,
    /** One part of its contract: opencode 1.18.33 takes 10 s of the processor to tell its routes. */
    contractMs: 2 * MINUTE,
    contractBytes: 8 * MIB,
    /** For each output of such a command. */
    outputBytes: 4 * MIB,
    /** One line of an engine's stream; longer ones are skipped. */
    lineBytes: 64 * MIB,
    /** The part of stderr that is kept for the error that a person sees. */
    stderrBytes: 4 * KIB,
  },
  /** Engines that run, headless or live. */
  run: {
    /** An engine may finish by itself after its outcome, to write its session down. */
    exitMs: 10 * SECOND,
    /** It ends in its own way, or by force after that; together under 2 s. */
    stopMs: 1200,
    forceMs: 600,
    /** The same for its processes: first a signal that it heeds, then SIGKILL to whatever is left. */
    signalMs: 800,
    sweepMs: 800,
    /** An engine that takes longer to take an answer is as good as one that refuses it. */
    answerMs: 5 * SECOND,
    /** A start that creates opencode's database holds up others for so long. */
    firstStartMs: MINUTE,
  },
  /** What `record` writes: bytes of a run, and the runs that are kept. */
  recording: {
    bytes: 64 * MIB,
    runs: 20,
  },
  liveServer: {
    /** From the start of its process until it takes its first call. A busy machine takes many times the usual second. */
    startMs: 2 * MINUTE,
    /** An answer that comes at once on an idle machine gets this long on a busy one. */
    callMs: MINUTE,
    /** A new session waits for its slowest MCP server: 30 s with opencode 1.18.33, which then continues without it. */
    sessionMs: 90 * SECOND,
    /** opencode answers a command of its own when the whole turn is over. */
    commandMs: 24 * 60 * MINUTE,
    /** A summary is written by a model. */
    compactMs: 10 * MINUTE,
    /** How long a session that rests may need to begin with a message that it has taken. */
    beginMs: 5 * SECOND,
    /** An ACP agent tells its commands after it opened a session, or never. */
    commandsMs: 10 * SECOND,
    /** Sessions end their commands before their server is ended. */
    abortMs: 600,
    /** A silent stream of events is opened again after this. */
    silentMs: MINUTE,
    /** An answer over HTTP, or one event of a stream. */
    answerBytes: 64 * MIB,
    /** How long an event stream that broke off is connected to again, before its server is given up. */
    reconnectMs: 30 * SECOND,
  },
  git: {
    /** A worktree of a large repository, with filters. */
    callMs: 2 * MINUTE,
    /** A look at what is there, for which a person waits. */
    lookMs: 5 * SECOND,
    /** Git takes its locks away when it is told to end. */
    endMs: 500,
    outputBytes: 16 * MIB,
  },
  /** Other programs: `ps`, `tar`, and what starts services. */
  program: {
    psMs: SECOND,
    serviceMs: 30 * SECOND,
    archiveMs: 10 * MINUTE,
    outputBytes: 8 * MIB,
  },
  /** Requests of others to the bridge's own address. */
  webhook: {
    requestMs: 10 * SECOND,
    bodyBytes: MIB,
  },
  /** A tool of a run that waits for a person: clients give a call a minute at least. */
  tools: {
    waitMs: 45 * SECOND,
    /** It says this often that it still waits. */
    progressMs: 10 * SECOND,
    /** An engine gives a call up after this: longer than any tool takes. */
    callMs: 2 * MINUTE,
    /** Until the tools' server has told its list. */
    startMs: 2 * MINUTE,
  },
  /** Workers on other machines, and the broker between. */
  machines: {
    connectMs: 10 * SECOND,
    /** Between two tries to reach the broker, or to tell it something. */
    retryMs: SECOND,
    /** A call to the broker, or to a worker whose answer comes at once. */
    callMs: 5 * SECOND,
    /** A look at something, as the changes in a directory. */
    lookMs: 30 * SECOND,
    /** An operation on a session: a summary is written by a model. */
    operateMs: 11 * MINUTE,
    /** The tool of a run gives its call up if the bridge gives no sign for so long: it looks at a file at the most. */
    toolMs: 35 * SECOND,
    /** A file on its way, all of it. */
    fileMs: 5 * MINUTE,
    fileBytes: 50 * MIB,
    /** What is larger goes through the object store. */
    packetBytes: 512 * KIB,
    /** The largest value that goes through the object store as one. */
    valueBytes: 64 * MIB,
    /** The broker gives a sign at least this often while a stream is read; after two that are missing it is asked anew. */
    streamSignMs: 2.5 * SECOND,
    beatMs: 5 * SECOND,
    /** A machine that is silent for so long is gone. */
    goneMs: 20 * SECOND,
    /** The broker delivers a task again that its machine has not acknowledged for so long. */
    ackMs: 5 * SECOND,
    /** How long the broker recognises a message that comes twice. */
    dedupeMs: 10 * MINUTE,
    /** How long events and files stay at the broker. */
    keptMs: 7 * 24 * 60 * MINUTE,
    /** Machines whose queue and store the bridge makes at once when it connects. */
    laidAtOnce: 16,
    jobsBytes: 256 * MIB,
    eventsBytes: 1024 * MIB,
    filesBytes: 512 * MIB,
    /** Tasks that wait at the broker for one machine. */
    waitingJobs: 1000,
    /** Events of one run that the broker does not have yet; steps and texts beyond are left out. */
    waitingEvents: 10_000,
  },
  controlSocket: {
    helloMs: 5 * SECOND,
    lineBytes: MIB,
    /** Output that a client which reads too slowly has not read yet. */
    unreadBytes: 16 * MIB,
  },
};
