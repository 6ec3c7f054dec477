import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { DockError } from '../contracts/errors.ts';
import { lesserMode } from '../contracts/settings.ts';
import type { PermissionMode, Thread } from '../contracts/thread.ts';
import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { makeThreadId, makeTurnId } from '../core/naming.ts';
import { runsInPty } from '../core/runsInPty.ts';
import { parentOf, requireMode, requireNotCancelled, requirePerson } from './access.ts';
import { cancelWithParent } from './cancelThread.ts';
import { containedFolder } from './containedFolder.ts';
import { requireTerminal } from './openNative.ts';
import { isTurnOf, keyConflict, queuedTurn } from './repeatedCall.ts';
import { started } from './reply.ts';
import type { ToolContext } from './toolContext.ts';

type Input = ToolInput<'spawn_thread'>;

/** Makes a thread and queues its first turn; acknowledged once both are on disk. Never refused for load. */
export async function spawnThread(input: Input, context: ToolContext): Promise<ToolOutput<'spawn_thread'>> {
  refuseUnfit(input);
  if (input.role === 'master') requirePerson(context, 'Starting a master');
  if (input.native === true) requireTerminal(context, input.provider, input.prompt);
  const key = input.idempotency_key;
  if (key === undefined) return create(input, context);
  return context.inTurn(`spawn:${key}`, async () => {
    const first = earlierThread(context, key);
    return first === undefined ? create(input, context) : repeat(input, context, first);
  });
}

async function create(input: Input, context: ToolContext): Promise<ToolOutput<'spawn_thread'>> {
  const parent = parentOf(context);
  const mode = permissionMode(input, context, parent);
  requireMode(context, mode);
  const depth = parent === undefined ? 0 : parent.depth + 1;
  if (depth > context.settings.max_depth) {
    throw new DockError(
      'limit_reached',
      `Threads may be nested ${context.settings.max_depth} deep at most.`,
      {
        hint: 'Do this part of the work in the thread itself.',
      },
    );
  }
  const folder = await containedFolder(context.workspace, input.working_dir);
  const prompt = await context.store.putText(input.prompt);

  requireNotCancelled(context);
  const thread = makeThreadId(input.task_name, id => context.store.get(id) !== undefined);
  const turnId = makeTurnId();
  await context.store.commit([
    {
      thread,
      change: {
        type: 'thread.created',
        ...definedOnly({ parent_id: parent?.id, model: input.model, effort: input.effort }),
        ...definedOnly({ command: input.command, idempotency_key: input.idempotency_key }),
        depth,
        role: input.role,
        provider: input.provider,
        task_name: input.task_name,
        working_dir: folder.name,
        permission_mode: mode,
      },
    },
    {
      thread,
      change: {
        type: 'turn.queued',
        turn_id: turnId,
        origin: context.caller.kind,
        prompt,
        message_id: randomUUID(),
        ...(input.native === true ? { native: true } : {}),
      },
    },
  ]);
  await cancelWithParent(thread, context);
  context.pump();
  return started(context, thread, turnId, false);
}

/** An argument that would change nothing at this provider is refused rather than ignored. */
function refuseUnfit(input: Input): void {
  const { command, permission_mode: mode, model, effort, role } = input;
  if (!runsInPty(input)) {
    if (command === undefined) return;
    throw new DockError('invalid_arguments', 'Expected `command` only with the provider `command`.');
  }
  if (mode !== undefined && mode !== 'full') {
    throw new DockError('invalid_arguments', `A program cannot be held to the permission mode ${mode}.`, {
      hint: 'Leave `permission_mode` out: a `command` thread is always full.',
    });
  }
  if (role === 'master') {
    throw new DockError('invalid_arguments', 'A program cannot be a master.', { hint: 'Leave `role` out.' });
  }
  const unused = Object.keys(definedOnly({ model, effort }))[0];
  if (unused === undefined) return;
  throw new DockError('invalid_arguments', `A program has no \`${unused}\`.`, { hint: 'Leave it out.' });
}

/** A program in a pty is held by nothing. */
function permissionMode(input: Input, context: ToolContext, parent: Thread | undefined): PermissionMode {
  if (runsInPty(input)) return 'full';
  if (input.permission_mode !== undefined) return input.permission_mode;
  const wanted = context.settings.default_permission_mode;
  const isPerson = context.caller.kind === 'person';
  if (wanted === 'full' && isPerson && context.settings.confirm_full) {
    throw new DockError(
      'permission_denied',
      'Full access, your default, needs your confirmation each time.',
      {
        hint: 'Ask for it with `permission_mode`, or set `confirm_full` to false in your own settings.',
      },
    );
  }
  const usual = wanted === 'full' && !isPerson ? 'ask' : wanted;
  return parent === undefined ? usual : lesserMode(usual, parent.permission_mode);
}

function earlierThread({ store, ...context }: ToolContext, key: string): Thread | undefined {
  const parent = parentOf({ store, ...context })?.id;
  for (const thread of store.threads().values()) {
    if (thread.idempotency_key === key && thread.parent_id === parent) return thread;
  }
  return undefined;
}

async function repeat(
  input: Input,
  context: ToolContext,
  first: Thread,
): Promise<ToolOutput<'spawn_thread'>> {
  const turn = await queuedTurn(context.store, first.id);
  const isSame = isTurnOf(turn, input) && (await isCallOf(first, input, context.workspace));
  if (!isSame) throw keyConflict(first.id);
  return started(context, first.id, String(turn?.turn_id ?? ''), true);
}

async function isCallOf(first: Thread, input: Input, workspace: string): Promise<boolean> {
  // The folder may be gone since: then it cannot be compared.
  const folder = await containedFolder(workspace, input.working_dir).catch(() => undefined);
  return (
    first.provider === input.provider &&
    first.task_name === input.task_name &&
    first.role === input.role &&
    first.model === input.model &&
    first.effort === input.effort &&
    isDeepStrictEqual(first.command, input.command) &&
    (folder === undefined || first.working_dir === folder.name) &&
    (input.permission_mode === undefined || first.permission_mode === input.permission_mode)
  );
}
