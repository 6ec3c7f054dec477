import path from 'node:path';
import * as z from 'zod';
import type { AgentEvent } from '../../contracts/agentEvent.ts';
import type { ToolPart } from './parts.ts';

type FileChange = Extract<AgentEvent, { type: 'file.changed' }>;
type ToolEnded = Extract<AgentEvent, { type: 'tool.ended' }>;

/** Where a tool's input says in one line what it is about. */
const titleFields = ['command', 'filePath', 'pattern', 'url', 'query', 'description', 'name', 'path'];

export function toolStarted(part: ToolPart): AgentEvent {
  const { input } = part.state;
  return {
    type: 'tool.started',
    item: part.id,
    name: part.tool,
    title: titleOf(part),
    ...(input === undefined ? {} : { input: { text: JSON.stringify(input) } }),
  };
}

/** `declined`: its permission was refused. */
export function toolEnded(part: ToolPart, declined: boolean): ToolEnded {
  const { state } = part;
  const output = state.output ?? state.error;
  const exitCode = state.metadata?.exit ?? undefined;
  return {
    type: 'tool.ended',
    item: part.id,
    status: statusOf(part, declined),
    ...(output === undefined ? {} : { output: { text: output } }),
    ...(exitCode === undefined ? {} : { exit_code: exitCode }),
  };
}

function statusOf({ tool, state }: ToolPart, declined: boolean): ToolEnded['status'] {
  if (state.status === 'completed') {
    // `invalid` stands for a call of a tool that does not exist, or with arguments it does not take.
    return tool === 'invalid' || (state.metadata?.exit ?? 0) !== 0 ? 'failed' : 'completed';
  }
  if (declined) return 'declined';
  return state.metadata?.interrupted ? 'interrupted' : 'failed';
}

function titleOf({ tool, state }: ToolPart): string {
  const field = titleFields.map(name => state.input?.[name]).find(value => typeof value === 'string');
  return typeof field === 'string' ? field : state.title || tool;
}

const editedSchema = z.looseObject({ filediff: z.looseObject({ file: z.string() }) });
const patchedSchema = z.looseObject({
  files: z.array(z.looseObject({ filePath: z.string(), type: z.string(), movePath: z.string().optional() })),
});

/** The files a completed tool has changed. What a shell command changes is not told apart from what others change. */
export function changedFiles(part: ToolPart, workspace: string): FileChange[] {
  const { metadata, input, status } = part.state;
  if (status !== 'completed') return [];
  const change = (file: string, kind: FileChange['kind']): FileChange => ({
    type: 'file.changed',
    path: insideOf(workspace, file),
    kind,
  });
  if (part.tool === 'write' && metadata?.filepath !== undefined) {
    return [change(metadata.filepath, metadata.exists ? 'update' : 'add')];
  }
  const edited = part.tool === 'edit' ? editedSchema.safeParse(metadata) : undefined;
  if (edited?.success) {
    return [change(edited.data.filediff.file, input?.['oldString'] === '' ? 'add' : 'update')];
  }
  const patched = part.tool === 'apply_patch' ? patchedSchema.safeParse(metadata) : undefined;
  if (!patched?.success) return [];
  return patched.data.files.flatMap(({ filePath, type, movePath }) => {
    if (movePath !== undefined) return [change(filePath, 'delete'), change(movePath, 'add')];
    return [change(filePath, type === 'add' || type === 'delete' ? type : 'update')];
  });
}

/** Relative to the workspace where it lies inside. */
function insideOf(workspace: string, file: string): string {
  const inside = path.relative(workspace, file);
  const isOutside = inside.startsWith('..') || path.isAbsolute(inside);
  return isOutside ? file : inside.split(path.sep).join('/');
}
