import type { AgentRequest } from '../contracts/agentRequest.ts';
import type { Thread } from '../contracts/thread.ts';
import { isSameRule } from './sameRule.ts';
import { moveTo, type Of, type Patch } from './threadPatch.ts';

/** The agent waits: in its turn, or after it for the answer to a question it left. */
export function openRequest(thread: Thread, event: Of<'request.opened'>): Patch {
  const { request, turn_id } = event;
  if (thread.turn?.id !== turn_id || thread.requests.some(({ id }) => id === request.id)) return {};
  const requests = [...thread.requests, { ...request, turn_id, opened_at: event.at }];
  return { requests, ...waitFor(thread, requests, event) };
}

export function answerRequest(thread: Thread, event: Of<'request.answered'>): Patch {
  const request = thread.requests.find(({ id }) => id === event.request_id);
  if (request === undefined) return {};
  const { rule } = request;
  const isKnown = rule !== undefined && thread.rules.some(one => isSameRule(one, rule));
  const isRule = event.decision === 'allow_thread' && rule !== undefined && !isKnown;
  return { ...withoutRequest(thread, event), ...(isRule ? { rules: [...thread.rules, rule] } : {}) };
}

/** From then on the agent asks for it again; what was allowed before has happened. */
export function forgetRules(thread: Thread, event: Of<'rules.forgotten'>): Patch {
  return { rules: thread.rules.filter(rule => !event.rules.some(one => isSameRule(rule, one))) };
}

export function closeRequest(thread: Thread, event: Of<'request.closed'>): Patch {
  return thread.requests.some(({ id }) => id === event.request_id) ? withoutRequest(thread, event) : {};
}

/** What the turn itself waited for is gone with it; a question that was left behind stays. */
export function requestsAfterTurn(thread: Thread, isCancelled: boolean): AgentRequest[] {
  return isCancelled ? [] : thread.requests.filter(({ detached }) => detached);
}

function withoutRequest(thread: Thread, event: Of<'request.answered' | 'request.closed'>): Patch {
  const requests = thread.requests.filter(({ id }) => id !== event.request_id);
  return { requests, ...waitFor(thread, requests, event) };
}

/** The state that the open requests give. */
function waitFor(
  thread: Thread,
  requests: readonly AgentRequest[],
  event: Of<'request.opened' | 'request.answered' | 'request.closed'>,
): Patch {
  // A turn is due: it goes on with what has been answered by then.
  if (thread.turn === undefined && thread.queue.length > 0) return {};
  const holding = requests.find(({ detached }) => thread.turn === undefined || !detached);
  const waits = thread.state === 'waiting_permission' || thread.state === 'waiting_input';
  if (holding !== undefined) {
    const state = holding.kind === 'permission' ? 'waiting_permission' : 'waiting_input';
    return { reason: holding.title, ...moveTo(state, event, 'provider') };
  }
  if (!waits) return {};
  const next = thread.turn !== undefined ? 'running' : thread.role === 'master' ? 'idle' : 'completed';
  return { reason: undefined, ...moveTo(next, event) };
}
