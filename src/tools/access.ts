import { DockError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { EffectiveSettings } from '../contracts/settings.ts';
import { type PermissionMode, permissionModes, type Thread } from '../contracts/thread.ts';
import { isInSubtree } from '../core/subtree.ts';
import type { ToolContext } from './toolContext.ts';

/** The thread, if the caller may act on it. Throws `not_found` or `permission_denied`. */
export function reachableThread(context: ToolContext, id: ThreadId): Thread {
  requirePlace(context);
  const thread = context.store.get(id);
  if (thread === undefined) {
    throw new DockError('not_found', `There is no thread ${id} in this workspace.`, {
      hint: 'list_threads shows the ids of this workspace.',
    });
  }
  if (!mayReach(context, id)) {
    throw new DockError('permission_denied', `Thread ${id} is not below the thread that asks.`, {
      hint: 'An agent acts only on itself and on threads it started.',
    });
  }
  return thread;
}

export function mayReach({ caller, store }: ToolContext, id: ThreadId): boolean {
  if (caller.kind === 'person' || caller.place === 'outside') return true;
  return caller.place === 'thread' && isInSubtree(store.threads(), caller.thread, id);
}

/** Refuses an agent of a thread that does not show: it would get the rights of no thread, which are all of them. */
export function requirePlace({ caller }: ToolContext): void {
  if (caller.kind === 'person' || caller.place !== 'unknown') return;
  throw new DockError('permission_denied', `The thread behind this call is not known: ${caller.why}.`, {
    hint: 'Call from the shell that the agent was given, with its AGENTDOCK_THREAD as it was, and in the workspace of its thread.',
  });
}

/** Refuses what only a person may do. */
export function requirePerson(context: ToolContext, what: string): void {
  if (context.caller.kind === 'person') return;
  throw new DockError('permission_denied', `${what} needs the person, and ${context.caller.why}.`, {
    hint: 'A person can do it from the VS Code window or from a terminal that no agent runs.',
  });
}

/** Refuses a mode above the workspace's limit. */
export function requireWithinLimit(mode: PermissionMode, settings: EffectiveSettings): void {
  const { highest_permission_mode: highest } = settings;
  if (!isAbove(mode, highest)) return;
  throw new DockError('permission_denied', `This workspace allows at most the permission mode ${highest}.`, {
    hint: 'The limit stands in .agentdock/config.json.',
  });
}

/** Refuses a mode above the caller's own or the workspace's limit. */
export function requireMode(context: ToolContext, mode: PermissionMode): void {
  requireWithinLimit(mode, context.settings);
  if (mode === 'full') requirePerson(context, 'The permission mode full');
  const parent = parentOf(context);
  if (parent !== undefined && isAbove(mode, parent.permission_mode)) {
    throw new DockError(
      'permission_denied',
      `A thread started by ${parent.id} can have at most its permission mode, ${parent.permission_mode}.`,
    );
  }
}

/** The thread behind the caller, which becomes the parent of what it starts. */
export function parentOf({ caller, store }: ToolContext): Thread | undefined {
  return caller.kind === 'agent' && caller.place === 'thread' ? store.get(caller.thread) : undefined;
}

/** The thread that calls, in its turn: for tools in which an agent speaks of itself. */
export function ownRunningThread(context: ToolContext): { thread: Thread; turnId: string } {
  const thread = parentOf(context);
  if (thread === undefined) {
    throw new DockError('permission_denied', 'Only an agent of a thread can call this, for itself.', {
      hint: 'A person uses send_message or resume_thread.',
    });
  }
  if (thread.turn === undefined) {
    throw new DockError('conflict', `Thread ${thread.id} has no running turn (${thread.state}).`);
  }
  return { thread, turnId: thread.turn.id };
}

/** Refuses what an agent asks for whose thread was cancelled meanwhile. To be asked right before the change. */
export function requireNotCancelled(context: ToolContext): void {
  const parent = parentOf(context);
  if (parent?.cancel_requested !== true) return;
  throw new DockError('cancelled', `Thread ${parent.id} was cancelled: it starts nothing more.`);
}

function isAbove(mode: PermissionMode, limit: PermissionMode): boolean {
  return permissionModes.indexOf(mode) > permissionModes.indexOf(limit);
}
