import type { ServerResponse } from 'node:http';
import { DockError } from '../../contracts/errors.ts';
import type { Refused } from './gate.ts';

/** Requests at one time: a model makes some calls in parallel, a program that got hold of a token could make any number. */
export interface CrowdLimits {
  readonly perToken: number;
  readonly inAll: number;
}

export interface Crowd {
  /** Counts a request until it is answered or its client is gone; or says how it is refused. */
  enter(token: string, response: ServerResponse): Refused | undefined;
  /** Ends what is being worked on for this token. */
  sendAway(token: string): void;
}

export function createCrowd({ perToken, inAll }: CrowdLimits): Crowd {
  const inside = new Map<string, Set<ServerResponse>>();
  let total = 0;
  return {
    enter: (token, response) => {
      const own = inside.get(token) ?? new Set();
      if (own.size >= perToken) return tooMany(`This agent has ${own.size} calls under way.`);
      if (total >= inAll) return tooMany(`All agents together have ${total} calls under way.`);
      total += 1;
      inside.set(token, own.add(response));
      response.once('close', () => {
        total -= 1;
        own.delete(response);
        if (own.size === 0) inside.delete(token);
      });
      return undefined;
    },
    sendAway: token => {
      for (const response of inside.get(token) ?? []) response.destroy();
    },
  };
}

function tooMany(message: string): Refused {
  const error = new DockError('limit_reached', message, {
    retryable: true,
    hint: 'Call again when one of them has ended.',
  });
  return { status: 429, error, headers: { 'Retry-After': '1' } };
}
