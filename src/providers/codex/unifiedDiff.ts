import type { FileChangeItem } from './items.ts';

type Change = FileChangeItem['changes'][number];

/** A change as a unified diff. Codex gives hunks only where it updates a file, else the whole content. */
export function unifiedDiff(changes: readonly Change[], shown: (path: string) => string): string {
  return changes.map(change => fileDiff(change, shown)).join('');
}

function fileDiff({ path, kind, diff }: Change, shown: (path: string) => string): string {
  const before = kind.type === 'add' ? '/dev/null' : `a/${shown(path)}`;
  const after = kind.type === 'delete' ? '/dev/null' : `b/${shown(kind.move_path ?? path)}`;
  return `--- ${before}\n+++ ${after}\n${hunks(diff, kind)}`;
}

function hunks(diff: string, { type, move_path: to }: Change['kind']): string {
  if (type === 'add') return wholeFile(diff, '+');
  if (type === 'delete') return wholeFile(diff, '-');
  const note = to ? `\n\nMoved to: ${to}` : '';
  const text = diff.endsWith(note) ? diff.slice(0, diff.length - note.length) : diff;
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function wholeFile(content: string, sign: '+' | '-'): string {
  if (content === '') return '';
  const isComplete = content.endsWith('\n');
  const lines = (isComplete ? content.slice(0, -1) : content).split('\n');
  const range = `1,${lines.length}`;
  const header = sign === '+' ? `@@ -0,0 +${range} @@` : `@@ -${range} +0,0 @@`;
  const end = isComplete ? '' : '\\ No newline at end of file\n';
  return `${header}\n${lines.map(line => `${sign}${line}\n`).join('')}${end}`;
}
