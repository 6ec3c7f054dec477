import type { AgentEvent } from '../contracts/agentEvent.ts';
import { DockError } from '../contracts/errors.ts';
import type { StateChange } from '../contracts/journalEvent.ts';
import type { Thread } from '../contracts/thread.ts';
import { boundQuestions } from '../core/cutQuestion.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { inPieces } from '../core/inPieces.ts';
import { messagesMoved } from '../core/messagesMoved.ts';
import { makeRequestId } from '../core/naming.ts';
import { oneLine } from '../core/oneLine.ts';
import { isSameRule } from '../core/sameRule.ts';
import { shownMessages } from '../core/shownMessages.ts';
import type { PermissionAnswer, PermissionRequest, QuestionRequest, TurnSink } from '../providers/driver.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import { leaveQuestion } from '../tools/leaveQuestion.ts';
import type { RequestDesk } from './requestDesk.ts';
import type { TurnReceipt } from './turnReceipt.ts';

export interface TurnSinkOptions {
  readonly store: ThreadStore;
  readonly desk: RequestDesk;
  readonly thread: Thread;
  readonly turnId: string;
  readonly receipt: Pick<TurnReceipt, 'ready' | 'see'>;
}

/** The host's side of one turn: every fact goes to the journal before the driver goes on. */
export function createTurnSink({ store, desk, thread, turnId, receipt }: TurnSinkOptions): TurnSink {
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
      await receipt.ready;
      checkCancel();
      await commit({ type: 'prompt.sending', turn_id: turnId });
      checkCancel();
    },
    turnStarted: providerTurnId =>
      commit({ type: 'turn.started', turn_id: turnId, ...definedOnly({ provider_turn_id: providerTurnId }) }),
    event: (event: AgentEvent) => {
      receipt.see(event);
      for (const piece of inPieces(event)) store.history.append(thread.id, turnId, piece);
      const shown = shownMessages(event, store.get(thread.id)?.inbox ?? []);
      // Where this cannot be written, the transcript tells later.
      if (shown.length > 0) commit(messagesMoved(shown, 'delivered')).catch(() => undefined);
    },
    permission: async (request, signal) => {
      const { rule: asked } = request;
      const rules = store.get(thread.id)?.rules ?? [];
      if (asked !== undefined && rules.some(rule => isSameRule(rule, asked))) return { allow: true };
      const answer = await desk.ask(thread.id, await permissionOf(request, store, turnId), signal);
      return await permissionAnswer(answer, store);
    },
    question: async (request, signal) => {
      const { text } = await desk.ask(thread.id, await questionOf(request, store, turnId), signal);
      const answers = text === undefined ? '[]' : await store.getText(text);
      return { answers: JSON.parse(answers) as string[] };
    },
    leaveQuestion: async question => {
      await leaveQuestion(store, { thread: thread.id, turnId, question });
    },
  };
}

type Opened = Extract<StateChange, { type: 'request.opened' }>;

async function permissionOf(
  { tool, detail, title, diff, rule }: PermissionRequest,
  store: ThreadStore,
  turnId: string,
): Promise<Opened> {
  return {
    type: 'request.opened',
    turn_id: turnId,
    request: {
      id: makeRequestId(),
      kind: 'permission',
      detached: false,
      tool,
      title: oneLine(title ?? detail),
      detail: await store.putText(detail),
      ...(diff === undefined ? {} : { diff: await store.putText(diff) }),
      ...definedOnly({ rule }),
      questions: [],
    },
  };
}

async function questionOf(
  { questions }: QuestionRequest,
  store: ThreadStore,
  turnId: string,
): Promise<Opened> {
  const text = questions.map(({ question }) => question).join('\n');
  return {
    type: 'request.opened',
    turn_id: turnId,
    request: {
      id: makeRequestId(),
      kind: 'question',
      detached: false,
      title: oneLine(text),
      detail: await store.putText(text),
      questions: boundQuestions(questions),
    },
  };
}

async function permissionAnswer(
  {
    decision,
    text,
  }: { readonly decision: string | undefined; readonly text: Opened['request']['detail'] | undefined },
  store: ThreadStore,
): Promise<PermissionAnswer> {
  if (decision === 'allow' || decision === 'allow_thread') return { allow: true };
  const reason = text === undefined ? '' : await store.getText(text);
  return { allow: false, reason: reason === '' ? 'The person did not allow this.' : reason };
}
