import assert from 'node:assert/strict';
import type { DockClient } from '../../../src/client/dockClient.ts';
import type { AgentRequest } from '../../../src/contracts/agentRequest.ts';
import { DockError } from '../../../src/contracts/errors.ts';
import type { ThreadId } from '../../../src/contracts/ids.ts';
import type { Thread } from '../../../src/contracts/thread.ts';
import { waitFor } from '../../support/waitFor.ts';
import { makeWords } from './scripts.ts';

/** What a permission request was answered with. */
export interface Given {
  readonly thread: ThreadId;
  readonly file: string;
  readonly allow: boolean;
  /** Stands in the reason of a refusal. */
  readonly word: string;
}

/** What the person was told to be done. */
export interface Told {
  /** Word of a message to its id. */
  readonly sent: Map<string, string>;
  /** Ids of requests that were answered, and told to be so. */
  readonly answered: Set<string>;
  /** By the id of the request: what was tried, whether or not it took effect. */
  readonly given: Map<string, Given>;
}

export interface Person {
  readonly told: Told;
  send(thread_id: ThreadId, word: string, when: 'now' | 'turn_end'): Promise<void>;
  resume(thread_id: ThreadId, prompt: string, key: string): Promise<void>;
  /** Answers what waits there, each a second time, too. */
  answerAll(thread: Thread): Promise<void>;
}

/** Makes each call again until the host has said how it went; a call with a key always with the same. */
export function makePerson(client: DockClient, random: () => number): Person {
  const told: Told = { sent: new Map(), answered: new Set(), given: new Map() };
  const newWord = makeWords();

  const answer = async (thread: Thread, request: AgentRequest) => {
    const common = { thread_id: thread.id, request_id: request.id };
    const word = newWord('answer');
    const file = /perm-\d+\.txt/.exec(JSON.stringify(request))?.[0] ?? '';
    const given = { thread: thread.id, file, allow: random() < 0.6, word };
    if (request.kind === 'permission') told.given.set(request.id, given);
    const args =
      request.kind === 'question'
        ? { ...common, answers: request.questions.map(() => `Take ${word}.`) }
        : given.allow
          ? { ...common, decision: 'allow' as const }
          : { ...common, decision: 'deny' as const, reason: `No, ${word}.` };
    const again = () => repeated(client, () => client.call('answer_thread', args));
    // Where the reply was lost, or somebody else was first, it is a conflict; the record says who it was.
    if (await again().then(() => true, isConflict)) told.answered.add(request.id);
    await assert.rejects(again, { code: 'conflict' }, `${request.id} was answered twice`);
  };

  return {
    told,
    send: async (thread_id, word, when) => {
      const args = { thread_id, text: `Think of ${word}.`, when, idempotency_key: word };
      const { message_id } = await repeated(client, () => client.call('send_message', args));
      told.sent.set(word, message_id);
    },
    resume: async (thread_id, additional_prompt, idempotency_key) => {
      const args = { thread_id, additional_prompt, idempotency_key };
      await repeated(client, () => client.call('resume_thread', args));
    },
    answerAll: async thread => {
      for (const request of thread.requests) await answer(thread, request);
    },
  };
}

/** Until the host has answered: it may have been killed before or after it did what it was asked. */
export async function repeated<Result>(client: DockClient, call: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof DockError)) throw error;
      if (client.state.kind === 'offline') client.retry();
      else if (!error.retryable) throw error;
      await waitFor('a host', () => {
        if (client.state.kind === 'offline') client.retry();
        return client.state.kind === 'connected';
      });
    }
  }
}

function isConflict(error: unknown): false {
  if (error instanceof DockError && error.code === 'conflict') return false;
  throw error;
}
