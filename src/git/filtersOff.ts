import { git } from './git.ts';

/**
 * Options for a command that compares files with what git has of them: without them it runs each file through the program
 * of its filter. A file that a filter would change (git-lfs) then looks changed once its time or size is another.
 */
export async function filtersOff(folder: string, signal: AbortSignal): Promise<readonly string[]> {
  const listed = await git(folder, ['config', '-z', '--name-only', '--list'], signal);
  const drivers = new Set(listed.split('\0').flatMap(name => /^filter\.(.*)\.[^.]+$/s.exec(name)?.[1] ?? []));
  return [...drivers].flatMap(driver => {
    // git takes the first one for the end of the name.
    if (driver.includes('=')) throw new Error('A filter has a name that cannot be given to git.');
    return ['clean=', 'process=', 'required=false'].flatMap(value => ['-c', `filter.${driver}.${value}`]);
  });
}
