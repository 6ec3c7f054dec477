import type { TestFolders } from '../rigs/makeWorkspace.ts';

export interface SuiteRun {
  readonly folders: TestFolders;
  /** Of VS Code and of all it starts: a HOME in which the real CLIs are signed in to a scripted model server. */
  readonly environment: Readonly<Record<string, string>>;
  /** Path of the file in which the suite leaves its results. */
  readonly results: string;
}
