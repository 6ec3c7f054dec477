import path from 'node:path';
import type { PermissionRequest } from '../driver.ts';
import { type DecisionPlace, isFreeEdit } from './decidePermission.ts';
import type { PermissionAsked } from './events.ts';

type Input = Readonly<Record<string, unknown>>;

/** For a person: what exactly is asked for, and what *allow for this thread* would cover. `input`: the call's own. */
export function describeRequest(
  asked: PermissionAsked,
  where: DecisionPlace,
  input: Input | undefined,
): PermissionRequest {
  switch (asked.permission) {
    case 'bash':
      return describeCommand(asked, input);
    case 'edit':
      return describeEdit(asked, where);
    case 'external_directory':
      return describeOutside(asked);
    case 'doom_loop':
      return describeLoop(asked);
    default:
      return describeOther(asked, input);
  }
}

function describeCommand({ permission, patterns, metadata }: PermissionAsked, input: Input | undefined) {
  const command = metadata?.command ?? input?.['command'];
  if (typeof command !== 'string') return { tool: permission, detail: patterns.join('\n') };
  const folder = input?.['workdir'];
  // The same words do something else in another folder.
  const detail = typeof folder === 'string' && folder !== '' ? `${command}\n(in ${folder})` : command;
  return {
    tool: permission,
    detail,
    // Without the arguments nobody knows the folder.
    ...(input === undefined ? {} : { rule: { tool: permission, subject: detail } }),
  };
}

function describeEdit(asked: PermissionAsked, where: DecisionPlace): PermissionRequest {
  const { permission, patterns, metadata } = asked;
  const detail = metadata?.filepath ?? patterns.join('\n');
  const diff = metadata?.diff;
  const isFree = isFreeEdit(asked, where);
  const inside = isFree ? patterns.map(file => insideOf(file, where)).join(', ') : undefined;
  return {
    tool: permission,
    detail,
    ...(inside === undefined ? {} : { title: inside }),
    ...(diff === undefined ? {} : { diff }),
    rule: isFree ? { tool: permission } : { tool: permission, subject: detail },
  };
}

/** Asked besides the permission of the tool itself. The patterns are folders. */
function describeOutside({ permission, patterns, metadata }: PermissionAsked): PermissionRequest {
  const subject = patterns.join('\n');
  const what = metadata?.filepath ?? metadata?.command;
  return {
    tool: permission,
    detail: what === undefined ? subject : `${what}\n(outside the workspace: ${patterns.join(', ')})`,
    rule: { tool: permission, subject },
  };
}

/** The third same call in a row. To allow that for good would take the point of it. */
function describeLoop({ permission, patterns, metadata }: PermissionAsked): PermissionRequest {
  const input = JSON.stringify(metadata?.['input'] ?? {});
  return { tool: permission, detail: `The same call again and again: ${patterns.join(', ')} ${input}` };
}

/** A tool of an MCP server names no pattern: there the arguments say what it is about. */
function describeOther({ permission, patterns }: PermissionAsked, input: Input | undefined) {
  const named = patterns.filter(pattern => pattern !== '*');
  if (named.length === 0 && input === undefined) return { tool: permission, detail: permission };
  const detail = named.length > 0 ? named.join('\n') : JSON.stringify(input);
  return {
    tool: permission,
    detail,
    title: `${permission} ${detail}`,
    rule: { tool: permission, subject: detail },
  };
}

/** As a person calls it: relative to the workspace. */
function insideOf(file: string, { workspace, place }: DecisionPlace): string {
  return path.relative(workspace, path.resolve(place.worktree, file)).split(path.sep).join('/');
}
