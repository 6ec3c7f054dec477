import path from 'node:path';
import type { AgentEvent } from '../../contracts/agentEvent.ts';
import type { ContentBlock } from './messages.ts';
import { isRecord } from './toolTitle.ts';

type FileChanged = Extract<AgentEvent, { type: 'file.changed' }>;

const fileTools: ReadonlySet<string> = new Set(['Write', 'Edit', 'MultiEdit', 'NotebookEdit']);

/** The text the model gets for a tool call. */
export function resultText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .flatMap(block => (isRecord(block) && typeof block['text'] === 'string' ? [block['text']] : []))
    .join('\n');
}

/** Bash only: the CLI puts the code of a failed command into the first line of its result. */
export function exitCodeOf(tool: string | undefined, block: ContentBlock): number | undefined {
  if (tool !== 'Bash') return undefined;
  if (block.is_error !== true) return 0;
  const code = /^Exit code (\d+)/.exec(resultText(block.content))?.[1];
  return code === undefined ? undefined : Number(code);
}

/** What a finished file tool changed. */
export function fileChange(
  tool: string | undefined,
  input: unknown,
  details: unknown,
  workspace: string,
): FileChanged | undefined {
  if (tool === undefined || !fileTools.has(tool)) return undefined;
  const fields = isRecord(input) ? input : {};
  const file = fields['file_path'] ?? fields['notebook_path'];
  if (typeof file !== 'string') return undefined;
  const isNew = isRecord(details) && details['type'] === 'create';
  return { type: 'file.changed', path: insideWorkspace(file, workspace), kind: isNew ? 'add' : 'update' };
}

/** Relative to the workspace where it lies inside. */
export function insideWorkspace(file: string, workspace: string): string {
  const relative = path.relative(workspace, file);
  const isInside = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
  return isInside ? relative.split(path.sep).join('/') : file;
}
