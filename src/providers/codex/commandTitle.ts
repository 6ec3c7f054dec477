import { oneLine } from '../../core/oneLine.ts';

/** One line for a person: the command itself, without the shell Codex wraps it in. */
export function commandTitle(command: string): string {
  return oneLine(unwrapShell(command));
}

/** `/bin/bash -lc 'echo hi'` → `echo hi`; anything else as it is. */
export function unwrapShell(command: string): string {
  const quoted = /^\S*\b(?:ba|z|da)?sh -l?c ([\s\S]+)$/.exec(command)?.[1];
  return quoted === undefined ? command : (unquote(quoted) ?? command);
}

/** Undefined when it is more than one shell word. */
function unquote(text: string): string | undefined {
  const single = /^'([^']*)'$/.exec(text)?.[1];
  if (single !== undefined) return single;
  const double = /^"((?:[^"\\]|\\[\s\S])*)"$/.exec(text)?.[1];
  if (double !== undefined) return double.replace(/\\(["\\$`])/g, '$1');
  return /^[\w./:=@%+,-]+$/.test(text) ? text : undefined;
}
