/** What a level of tests ended with. */
export interface SuiteResults {
  passed: number;
  failed: number;
  /** Title and reason. */
  readonly skipped: string[];
  readonly failures: { readonly title: string; readonly error: string }[];
}

export function emptyResults(): SuiteResults {
  return { passed: 0, failed: 0, skipped: [], failures: [] };
}

export function failedResults(title: string, error: string): SuiteResults {
  return { passed: 0, failed: 1, skipped: [], failures: [{ title, error }] };
}
