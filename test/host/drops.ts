import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ToolReply } from '../../src/contracts/tools.ts';
import { waitFor } from '../support/waitFor.ts';
import type { Dock } from './harness.ts';

/** The drop folder of a dock, as any program uses it. */
export function dropsOf(dock: Pick<Dock, 'workspace'>) {
  const folder = join(dock.workspace, '.agentdock', 'requests');
  const read = async (name: string): Promise<ToolReply | undefined> => {
    const text = await readFile(join(folder, `${name}.result.json`), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as ToolReply);
  };
  return {
    folder,
    drop: async (name: string, call: object) => {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, `.${name}.tmp`), JSON.stringify(call));
      await rename(join(folder, `.${name}.tmp`), join(folder, `${name}.json`));
    },
    result: (name: string): Promise<ToolReply> => waitFor(`the result of ${name}`, () => read(name)),
  };
}
