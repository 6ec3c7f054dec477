import type { AgentEvent } from '../contracts/agentEvent.ts';
import type { Receipt } from '../contracts/report.ts';
import { toolServerName } from '../contracts/toolEndpoint.ts';
import { type Claim, doubtsOf, seenFor } from '../core/doubts.ts';
import { changedPaths, lookAtGit } from './gitSnapshot.ts';

/** What AgentDock itself sees of one turn, beside what the agent will say of it. */
export interface TurnReceipt {
  /** Resolves when it knows the files as they are before the turn; to be awaited before the prompt leaves. */
  readonly ready: Promise<unknown>;
  see(event: AgentEvent): void;
  /** `claim`: what the agent reported in this turn. `others`: how many threads worked in the workspace meanwhile. */
  finish(claim: Claim | undefined, others: number): Promise<SeenReceipt>;
}

/** What the provider said of its use is not known here: the turn's end has it. */
export type SeenReceipt = Omit<Receipt, 'usage'>;

/** Files that a receipt names: each is in the journal and in the thread. */
const mostFiles = 1_000;

export function beginReceipt(workspace: string): TurnReceipt {
  const begin = performance.now();
  const before = lookAtGit(workspace);
  let toolCalls = 0;
  return {
    ready: before,
    see: event => {
      // Calls of our own tools are no work.
      if (event.type === 'tool.started' && !event.name.includes(toolServerName)) toolCalls += 1;
    },
    finish: async (claim, others) => {
      const files = await changedPaths(await before, workspace);
      const seen = {
        tool_calls: toolCalls,
        duration_ms: Math.round(performance.now() - begin),
      };
      const doubts = doubtsOf(claim?.report, seenFor(claim, { ...seen, files }));
      return { ...seen, ...namedOf(files), ...(others > 0 ? { others } : {}), doubts: [...doubts] };
    },
  };
}

function namedOf(files: readonly string[] | undefined): Pick<Receipt, 'files' | 'more_files'> {
  if (files === undefined) return {};
  const more = files.length - mostFiles;
  return { files: files.slice(0, mostFiles), ...(more > 0 ? { more_files: more } : {}) };
}
