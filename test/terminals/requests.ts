import type { AgentRequest } from '../../src/contracts/agentRequest.ts';
import type { Said } from './transcript.ts';

export function permission(id: string, change: Partial<AgentRequest> = {}): AgentRequest {
  return {
    id,
    kind: 'permission',
    turn_id: 't1',
    detached: false,
    title: 'npm publish',
    tool: 'Bash',
    detail: { text: 'npm publish' },
    questions: [],
    opened_at: '2026-11-01T10:00:00.000Z',
    ...change,
  };
}

export function question(
  id: string,
  questions: AgentRequest['questions'],
  change: Partial<AgentRequest> = {},
): AgentRequest {
  const text = questions.map(one => one.question).join('\n');
  return permission(id, { kind: 'question', title: text, detail: { text }, questions, ...change });
}

/** As the history tells of it. */
export function opened({ turn_id, opened_at: _, ...request }: AgentRequest): Said {
  return { type: 'request.opened', turn_id, request };
}
