import type { JournalEvent } from '../contracts/journalEvent.ts';
import type { Thread, ThreadState, Turn } from '../contracts/thread.ts';
import { addReceipt } from './addReceipt.ts';
import { addUsage } from './addUsage.ts';
import { withKey } from './callKeys.ts';
import { createThread } from './createThread.ts';
import { definedOnly } from './definedOnly.ts';
import { freshTurn } from './freshTurn.ts';
import { isAtRest } from './isAtRest.ts';
import {
  assignMessages,
  freeMessages,
  holdMessages,
  messagesDelivered,
  messagesSending,
  moveMessages,
  queueMessage,
  settleMessages,
} from './reduceInbox.ts';
import {
  answerRequest,
  closeRequest,
  forgetRules,
  openRequest,
  requestsAfterTurn,
} from './reduceRequests.ts';
import { restTurn } from './restTurn.ts';
import { moveTo, type Of, type Patch, withoutUndefined } from './threadPatch.ts';

/**
 * The only place where a thread's state changes. Pure, and idempotent: an event whose number the thread already
 * holds changes nothing. Late, repeated and unknown events leave the state; only the thread's number moves on.
 * An event of a thread that was never created gives no thread.
 */
export function reduceThread(thread: Thread, event: JournalEvent): Thread;
export function reduceThread(thread: undefined, event: Of<'thread.created'>): Thread;
export function reduceThread(thread: Thread | undefined, event: JournalEvent): Thread | undefined;
export function reduceThread(thread: Thread | undefined, event: JournalEvent): Thread | undefined {
  if (thread === undefined) return event.type === 'thread.created' ? createThread(event) : undefined;
  if (event.seq <= thread.seq) return thread;
  return withPatch(thread, { ...patchFor(thread, event), seq: event.seq, updated_at: event.at });
}

function patchFor(thread: Thread, event: JournalEvent): Patch {
  switch (event.type) {
    case 'turn.queued':
      return queueTurn(thread, event);
    case 'turn.preparing':
      return prepareTurn(thread, event);
    case 'turn.starting':
      return holds(thread, event) && thread.state === 'preparing' ? moveTo('starting', event) : {};
    case 'process.started':
      return patchTurn(thread, event, { process: event.process });
    case 'session.bound':
      return holds(thread, event) ? bindSession(thread, event) : {};
    case 'prompt.sending':
      return holds(thread, event)
        ? { ...patchTurn(thread, event, { sent: true }), inbox: messagesSending(thread.inbox, event.turn_id) }
        : {};
    case 'turn.started':
      return startTurn(thread, event);
    case 'turn.rested':
    case 'turn.worked':
      return restTurn(thread, event);
    case 'cancel.requested':
      return requestCancel(thread, event);
    case 'turn.ended':
      return endTurn(thread, event);
    case 'turn.requeued':
      return requeueTurn(thread, event);
    case 'request.opened':
      return openRequest(thread, event);
    case 'request.answered':
      return answerRequest(thread, event);
    case 'request.closed':
      return closeRequest(thread, event);
    case 'rules.forgotten':
      return forgetRules(thread, event);
    case 'message.queued':
      return queueMessage(thread, event);
    case 'messages.moved':
      return moveMessages(thread, event);
    case 'report.made':
      return { [event.report.kind === 'result' ? 'report' : 'progress']: { ...event.report, at: event.at } };
    case 'thread.created':
    case 'permission.refused':
      return {};
    default:
      return nothingFor(event);
  }
}

/** A type this version does not know, from a newer host: kept in the journal, without effect here. */
function nothingFor(_event: never): Patch {
  return {};
}

function queueTurn(thread: Thread, event: Of<'turn.queued'>): Patch {
  if (thread.turn?.id === event.turn_id || waits(thread, event.turn_id)) return {};
  const turn: Turn = {
    id: event.turn_id,
    origin: event.origin,
    prompt: event.prompt,
    message_id: event.message_id,
    brings: event.brings ?? [],
    ...(event.native === true ? { native: true } : {}),
    queued_at: event.at,
    queued_gseq: event.gseq,
    sent: false,
  };
  const queued: Patch = {
    queue: [...thread.queue, turn],
    comebacks: comebacksAfter(thread, event),
    inbox: assignMessages(thread.inbox, turn),
    ...(event.idempotency_key === undefined
      ? {}
      : { turn_keys: withKey(thread.turn_keys, event.idempotency_key, event.turn_id) }),
  };
  if (thread.turn !== undefined || thread.queue.length > 0) return queued;
  return {
    ...queued,
    ...moveTo('queued', event),
    cancel_requested: false,
    error: undefined,
    reason: undefined,
  };
}

/** Somebody else's wish begins the count anew; news do not. */
function comebacksAfter({ comebacks = 0 }: Thread, event: Of<'turn.queued'>): number | undefined {
  if (event.comeback === true) return comebacks + 1;
  return event.origin === 'host' && comebacks > 0 ? comebacks : undefined;
}

function prepareTurn(thread: Thread, event: Of<'turn.preparing'>): Patch {
  const turn = thread.queue.find(one => one.id === event.turn_id);
  if (turn === undefined || thread.turn !== undefined) return {};
  return { turn, queue: queueWithout(thread, turn.id), ...moveTo('preparing', event) };
}

function bindSession(thread: Thread, event: Of<'session.bound'>): Patch {
  const { session } = thread;
  const next = withoutUndefined({
    id: event.session_id,
    bound_at: event.at,
    working_dir: thread.working_dir,
    transcript_path: event.transcript_path,
  });
  if (session === undefined) return { session: next };
  if (session.id === next.id) {
    return event.transcript_path === undefined
      ? {}
      : { session: { ...session, transcript_path: event.transcript_path } };
  }
  return { session: next, earlier_sessions: [...thread.earlier_sessions, session] };
}

function startTurn(thread: Thread, event: Of<'turn.started'>): Patch {
  if (!holds(thread, event)) return {};
  const turn = {
    ...patchTurn(thread, event, {
      started_at: thread.turn?.started_at ?? event.at,
      sent: true,
      ...(event.provider_turn_id === undefined ? {} : { provider_turn_id: event.provider_turn_id }),
    }),
    inbox: messagesDelivered(thread.inbox, thread.turn?.brings ?? []),
  };
  const starts = thread.state === 'preparing' || thread.state === 'starting';
  return starts ? { ...turn, ...moveTo('running', event, 'provider') } : turn;
}

function requestCancel(thread: Thread, event: Of<'cancel.requested'>): Patch {
  if (isAtRest(thread)) return {};
  // What waits ends here: no other event will say so.
  const cancelled = {
    queue: [],
    inbox: freeMessages(holdMessages(thread.inbox), thread.queue),
    turns_ended: thread.turns_ended + thread.queue.length,
    cancel_requested: true,
  };
  if (thread.turn !== undefined) return cancelled;
  return {
    ...cancelled,
    requests: [],
    reason: undefined,
    ...moveTo('cancelled', event, event.by === 'person' ? 'person' : 'journal'),
  };
}

function endTurn(thread: Thread, event: Of<'turn.ended'>): Patch {
  const queue = queueWithout(thread, event.turn_id);
  const turns_ended = thread.turns_ended + 1;
  if (thread.turn !== undefined && !holds(thread, event)) {
    // A turn that never left the queue ended while another one runs: the running one says how the thread is.
    const inbox = settleMessages(thread.inbox, event.turn_id, event.outcome);
    return waits(thread, event.turn_id) ? { queue, turns_ended, inbox } : {};
  }
  if (thread.turn === undefined && !waits(thread, event.turn_id)) return {};
  const cancelled = thread.cancel_requested;
  const requests = requestsAfterTurn(thread, cancelled);
  const ended = {
    turn: undefined,
    queue,
    turns_ended,
    last_outcome: cancelled ? ('cancelled' as const) : event.outcome,
    last_native: thread.turn?.native,
    comebacks: event.outcome === 'completed' ? undefined : thread.comebacks,
    ...resultAfter(thread, event),
    error: cancelled ? undefined : event.error,
    reason: event.reason,
    usage: addUsage(thread.usage, event.usage),
    receipt: event.receipt && { ...event.receipt, ...definedOnly({ usage: event.usage }) },
    totals: thread.turn === undefined ? thread.totals : addReceipt(thread, event.receipt),
    requests,
    inbox: settleMessages(thread.inbox, event.turn_id, cancelled ? 'cancelled' : event.outcome),
  };
  // A turn that was queued after the cancel is a later wish: it goes on.
  if (queue.length > 0) return { ...ended, cancel_requested: false, ...moveTo('queued', event) };
  if (!cancelled && event.outcome === 'completed' && requests[0] !== undefined) {
    return { ...ended, reason: requests[0].title, ...moveTo('waiting_input', event, event.source) };
  }
  return { ...ended, ...moveTo(cancelled ? 'cancelled' : stateAfter(thread, event), event, event.source) };
}

/** A turn that was cut takes no result away; nor is it its own. Leaving a terminal in which nothing was said is no turn. */
function resultAfter({ turn, result, earlier_result }: Thread, event: Of<'turn.ended'>): Patch {
  if (event.result !== undefined) return { result: event.result, earlier_result: undefined };
  if (turn?.native === true) return {};
  return { result: undefined, earlier_result: result ?? earlier_result };
}

function requeueTurn(thread: Thread, event: Of<'turn.requeued'>): Patch {
  const { turn } = thread;
  if (turn === undefined || !holds(thread, event)) return {};
  // The cancel came first in the journal: the turn must not start again.
  const again = thread.cancel_requested ? [] : [freshTurn(turn)];
  const queue = [...again, ...thread.queue];
  const next = queue.length > 0 ? 'queued' : 'cancelled';
  return {
    turn: undefined,
    queue,
    requests: requestsAfterTurn(thread, false),
    inbox: again.length > 0 ? thread.inbox : freeMessages(thread.inbox, [turn]),
    turns_ended: thread.turns_ended + 1 - again.length,
    cancel_requested: thread.cancel_requested && queue.length === 0,
    ...moveTo(next, event),
  };
}

function stateAfter(thread: Thread, event: Of<'turn.ended'>): ThreadState {
  if (event.outcome !== 'completed') return event.outcome;
  return thread.role === 'master' ? 'idle' : 'completed';
}

/** A turn as it was when it was queued: nothing of its first try counts. */
function holds(thread: Thread, event: { readonly turn_id: string }): boolean {
  return thread.turn?.id === event.turn_id;
}

function waits(thread: Thread, turnId: string): boolean {
  return thread.queue.some(turn => turn.id === turnId);
}

function queueWithout(thread: Thread, turnId: string): Turn[] {
  return thread.queue.filter(turn => turn.id !== turnId);
}

function patchTurn(thread: Thread, event: { readonly turn_id: string }, patch: Partial<Turn>): Patch {
  const { turn } = thread;
  return turn?.id === event.turn_id ? { turn: { ...turn, ...patch } } : {};
}

function withPatch(thread: Thread, patch: Patch): Thread {
  return withoutUndefined({ ...thread, ...patch } as Thread);
}
