import path from 'node:path';
import type { PermissionMode } from '../../contracts/thread.ts';
import { readOnlyReason } from '../readOnlyReason.ts';
import type { PermissionAsked } from './events.ts';
import type { Place } from './responses.ts';
import { toolPrefix } from './toolServer.ts';

export interface DecisionPlace {
  readonly mode: PermissionMode;
  readonly workspace: string;
  readonly place: Place;
}

export type OwnDecision = { readonly allow: true } | { readonly allow: false; readonly reason: string };

/**
 * What the mode itself answers; undefined where the host must be asked. Sub-agents ask for every change, whatever the
 * mode: their sessions do not inherit what the parent's may do.
 */
export function decideAlone(asked: PermissionAsked, where: DecisionPlace): OwnDecision | undefined {
  const { mode } = where;
  if (mode === 'full' || isOwnToolLoop(asked)) return { allow: true };
  if (asked.permission === 'edit' && mode === 'edit' && isFreeEdit(asked, where)) return { allow: true };
  if (mode === 'read_only' && (asked.permission === 'edit' || asked.permission === 'bash')) {
    return { allow: false, reason: readOnlyReason };
  }
  return undefined;
}

/** The same call of one of our tools again, a wait for one: they never ask. */
function isOwnToolLoop({ permission, patterns }: PermissionAsked): boolean {
  return permission === 'doom_loop' && patterns.every(tool => tool.startsWith(toolPrefix));
}

/** The patterns of an edit are the files, relative to the worktree. */
export function isFreeEdit({ patterns }: PermissionAsked, { workspace, place }: DecisionPlace): boolean {
  return patterns.every(pattern => {
    const inside = path.relative(workspace, path.resolve(place.worktree, pattern));
    const [first] = inside.split(path.sep);
    return first !== '..' && first !== '.agentdock' && first !== '' && !path.isAbsolute(inside);
  });
}
