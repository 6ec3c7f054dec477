import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Reads `NAME.script` from a folder, for scripts too long for a prompt. */
export function scriptLoader(folder: string | undefined): (name: string) => string {
  return name => {
    if (folder === undefined) throw new Error('Expected the server to be started with a `scripts` folder.');
    if (!/^[\w-]+$/.test(name)) throw new Error(`Expected a script name, got \`${name}\`.`);
    return readFileSync(join(folder, `${name}.script`), 'utf8');
  };
}
