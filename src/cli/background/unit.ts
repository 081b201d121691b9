/** How the bridge is started in the background. */
export interface Launch {
  /** Absolute program and its arguments. */
  readonly argv: readonly string[];
  /** Engines and Node are looked for here: a service has a shorter one of its own. */
  readonly path: string;
  /** The directory of runs without a project. */
  readonly home: string;
  /** How long an end may take. */
  readonly stopSeconds: number;
  /** launchd writes here what systemd's journal takes. */
  readonly logFile: string;
}

/** The systemd user unit. */
export const systemdUnit = ({ argv, path, home, stopSeconds }: Launch): string => `[Unit]
Description=takopi: coding agents in your Telegram chat
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=${argv.map(quoteSystemd).join(" ")}
WorkingDirectory=${home.replaceAll("%", "%%")}
Environment=${quoteSystemd(`PATH=${path}`)}
Restart=always
RestartSec=5
# A config that does not hold is for a person to correct.
RestartPreventExitStatus=2
# The bridge ends its engines itself, within 10 s after what it waits for with shutdown = "drain".
KillMode=mixed
# It gives each run a control group of its own, so that Stop reaches whatever the run started.
Delegate=yes
TimeoutStopSec=${stopSeconds}

[Install]
WantedBy=default.target
`;

const quoteSystemd = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%").replaceAll("$", "$$$$")}"`;

export const LABEL = "dev.takopi";

/** The launchd agent of macOS. */
export const launchdAgent = ({
  argv,
  path,
  home,
  logFile,
  stopSeconds,
}: Launch): string => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>${LABEL}</string>
  <key>ProgramArguments</key>
  <array>${argv.map((word) => `<string>${escapeXml(word)}</string>`).join("")}</array>
  <key>WorkingDirectory</key><string>${escapeXml(home)}</string>
  <key>EnvironmentVariables</key><dict><key>PATH</key><string>${escapeXml(path)}</string></dict>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><true/>
  <key>ExitTimeOut</key><integer>${stopSeconds}</integer>
  <key>StandardOutPath</key><string>${escapeXml(logFile)}</string>
  <key>StandardErrorPath</key><string>${escapeXml(logFile)}</string>
</dict>
</plist>
`;

const escapeXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
