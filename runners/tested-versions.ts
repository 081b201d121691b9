/** The versions that `npm run test:real-engines` drives. */
export const testedVersions = {
  claude: ["2.1.332"],
  codex: ["0.169.0"],
  opencode: ["1.18.33"],
  pi: ["0.74.2", "1.5.2"],
} as const;
