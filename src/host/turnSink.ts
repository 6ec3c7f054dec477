import type { AgentEvent } from '../contracts/agentEvent.ts';
import { DockError } from '../contracts/errors.ts';
import type { StateChange } from '../contracts/journalEvent.ts';
import type { Thread } from '../contracts/thread.ts';
import { definedOnly } from '../core/definedOnly.ts';
import type { PermissionAnswer, PermissionRequest, TurnSink } from '../providers/driver.ts';
import type { ThreadStore } from '../store/threadStore.ts';

/** Characters of a command or path kept with a refusal. */
const detailLimit = 2000;

/** The host's side of one turn: every fact goes to the journal before the driver goes on. */
export function createTurnSink(store: ThreadStore, thread: Thread, turnId: string): TurnSink {
  const commit = async (change: StateChange) => {
    await store.commit([{ thread: thread.id, change }]);
  };
  const checkCancel = () => {
    if (store.get(thread.id)?.cancel_requested !== true) return;
    throw new DockError('cancelled', 'The thread was cancelled before the prompt left.');
  };
  return {
    processStarted: process => commit({ type: 'process.started', turn_id: turnId, process }),
    sessionBound: async ({ id, transcriptPath }) => {
      const bound = store.get(thread.id)?.session;
      if (bound?.id === id && bound.transcript_path === transcriptPath) return;
      await commit({
        type: 'session.bound',
        turn_id: turnId,
        session_id: id,
        ...definedOnly({ transcript_path: transcriptPath }),
      });
    },
    promptSending: async () => {
      checkCancel();
      await commit({ type: 'prompt.sending', turn_id: turnId });
      checkCancel();
    },
    turnStarted: providerTurnId =>
      commit({ type: 'turn.started', turn_id: turnId, ...definedOnly({ provider_turn_id: providerTurnId }) }),
    event: (event: AgentEvent) => {
      store.history.append(thread.id, turnId, event);
    },
    permission: (request: PermissionRequest) => refuse(request, thread, turnId, commit),
  };
}

/** Until permissions are relayed nobody can be asked: the model and the person both learn why. */
async function refuse(
  { tool, detail }: PermissionRequest,
  thread: Thread,
  turnId: string,
  commit: (change: StateChange) => Promise<void>,
): Promise<PermissionAnswer> {
  const reason =
    `AgentDock refused this: it is beyond the permission mode ${thread.permission_mode} of this thread, and nobody ` +
    'can be asked. Go on without it, or say in your report what you need.';
  await commit({
    type: 'permission.refused',
    turn_id: turnId,
    tool,
    detail: detail.slice(0, detailLimit),
    reason,
  });
  return { allow: false, reason };
}
