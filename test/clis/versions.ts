/** The versions every test and the demo run on. One place: a change here makes a new cache folder. */
export const versions = { codex: '0.169.0', claude: '2.1.197', opencode: '1.18.33' } as const;
