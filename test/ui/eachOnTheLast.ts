import { afterEach, beforeEach } from 'node:test';

/** For a file whose tests go on in one window, each where the one before ended: after a failure none waits in vain. */
export function eachOnTheLast(): void {
  let failed: string | undefined;
  beforeEach(() => {
    if (failed !== undefined) throw new Error(`Not run, because “${failed}” failed.`);
  });
  afterEach(context => {
    if ('passed' in context && !context.passed) failed ??= context.name;
  });
}
