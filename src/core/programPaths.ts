import path from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Absolute paths to try, in order. Relative entries of PATH would let a workspace put programs in: left out. */
export function programPaths(
  wanted: string,
  environment: Environment,
  platform: NodeJS.Platform,
): readonly string[] {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const isPath = wanted !== paths.basename(wanted);
  if (isPath && !paths.isAbsolute(wanted)) return [];
  const folders = (lookUpVariable(environment, 'PATH', platform) ?? '')
    .split(paths.delimiter)
    .map(folder => folder.replace(/^"(.*)"$/, '$1'))
    .filter(folder => paths.isAbsolute(folder));
  const files = isPath ? [wanted] : folders.map(folder => paths.join(folder, wanted));
  if (platform !== 'win32') return files;
  const extensions = (lookUpVariable(environment, 'PATHEXT', platform) || '.COM;.EXE;.BAT;.CMD')
    .toLowerCase()
    .split(';');
  if (extensions.includes(paths.extname(wanted).toLowerCase())) return files;
  return files.flatMap(file => extensions.map(extension => file + extension));
}

/** Windows does not tell the cases of names apart (`Path`). */
export function lookUpVariable(
  environment: Environment,
  name: string,
  platform: NodeJS.Platform,
): string | undefined {
  const exact = environment[name];
  if (exact !== undefined || platform !== 'win32') return exact;
  return Object.entries(environment).find(([key]) => key.toUpperCase() === name)?.[1];
}
