import type { TestFolders } from '../rigs/makeWorkspace.ts';

export interface SuiteRun {
  readonly folders: TestFolders;
  /** Path of the file in which the suite leaves its results. */
  readonly results: string;
}
