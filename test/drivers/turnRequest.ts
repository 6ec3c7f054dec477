import { randomUUID } from 'node:crypto';
import type { TurnRequest } from '../../src/providers/driver.ts';

/** A turn at the top of the workspace, of which nothing more is asked than `changes` says. */
export function turnRequest(workspace: string, changes: Partial<TurnRequest> = {}): TurnRequest {
  return {
    threadId: `thread-test-${randomUUID().slice(0, 8)}`,
    turnId: randomUUID(),
    messageId: randomUUID(),
    prompt: 'hello',
    workspace,
    workingDir: workspace,
    session: undefined,
    model: undefined,
    effort: undefined,
    permissionMode: 'ask',
    instructions: 'You are a worker of AgentDock.',
    tools: undefined,
    command: undefined,
    ...changes,
  };
}
