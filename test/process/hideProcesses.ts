import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { TestContext } from 'node:test';

/** Until the function it returns is called, no process can be looked at, as when the limit of open files is reached. */
export function hideProcesses(t: TestContext): () => void {
  const read = fs.readFileSync;
  const { mock } = t.mock.method(fs, 'readFileSync', (...args: Parameters<typeof read>) => {
    if (/^\/proc\/\d+\//.test(String(args[0])))
      throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
    return read(...args);
  });
  syncBuiltinESMExports();
  const show = () => {
    mock.restore();
    syncBuiltinESMExports();
  };
  t.after(show);
  return show;
}
