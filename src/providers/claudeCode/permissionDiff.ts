import { readFile, stat } from 'node:fs/promises';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { proposedChange } from './proposedChange.ts';
import { insideWorkspace } from './toolResult.ts';

/** Bytes of a file that is still compared. */
const largestFile = 2 * 1024 * 1024;
/** What takes longer to compare nobody would read. */
const compareMs = 500;

/** What a file tool would change, as a unified diff; undefined where that cannot be told. */
export async function permissionDiff(
  tool: string,
  input: unknown,
  workspace: string,
): Promise<string | undefined> {
  const proposed = proposedChange(tool, input);
  if (proposed === undefined) return undefined;
  try {
    const present = await textOf(proposed.file);
    const { before, after } = proposed.changeOf(present);
    const name = insideWorkspace(proposed.file, workspace);
    const from = present === undefined ? '/dev/null' : name;
    const options = { timeout: compareMs, headerOptions: FILE_HEADERS_ONLY };
    return createTwoFilesPatch(from, name, before, after, undefined, undefined, options);
  } catch {
    return undefined;
  }
}

/** Undefined where there is no such file. Line ends as the agent sees them. */
async function textOf(file: string): Promise<string | undefined> {
  const size = await stat(file).then(
    one => one.size,
    () => undefined,
  );
  if (size === undefined) return undefined;
  if (size > largestFile) throw new Error('The file is too large to be compared.');
  return (await readFile(file, 'utf8')).replaceAll('\r\n', '\n');
}
