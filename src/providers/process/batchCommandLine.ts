import { DockError } from '../../contracts/errors.ts';

const special = /[()\][%!^"`<>&|;, *?]/g;

/**
 * The command line for `cmd.exe /d /s /c "…"` that brings `args` unchanged through a batch file. cmd reads the line
 * twice (when it starts the file and where the file says `%*`), so every special character is escaped twice; carets
 * around quotes keep cmd from ever being inside quotes.
 */
export function batchCommandLine(file: string, args: readonly string[]): string {
  const escapeOnce = (text: string): string => text.replace(special, '^$&');
  return [escapeOnce(file), ...args.map(arg => escapeOnce(escapeOnce(quoted(arg))))].join(' ');
}

/** Quoting of CommandLineToArgvW: backslashes count only in front of a quote. */
function quoted(arg: string): string {
  if (/[\0\r\n]/.test(arg)) {
    throw new DockError('invalid_arguments', 'A batch file takes no argument with a line break or NUL.', {
      hint: 'Set the path of the program itself instead of its .cmd or .bat file.',
    });
  }
  return `"${arg.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}
