/** What the suite inside VS Code hands to the runner outside. */
export interface SuiteResults {
  passed: number;
  failed: number;
  readonly skipped: string[];
  readonly failures: { readonly title: string; readonly error: string }[];
}
