import type { PermissionMode } from '../../src/contracts/thread.ts';
import { definedOnly } from '../../src/core/definedOnly.ts';
import type { Driver, TurnRequest } from '../../src/providers/driver.ts';
import { endMarked } from '../../src/providers/process/endTree.ts';
import { recordingSink, type SinkAnswers } from './harness.ts';
import { turnRequest } from './turnRequest.ts';
import { watchScreen } from './watchScreen.ts';

export type TurnChanges = Partial<TurnRequest> & SinkAnswers;

/** Starts turns of one driver, in this mode where none is said. */
export function makeTurnStarter(driver: Driver, workspace: string, permissionMode: PermissionMode) {
  const threads = new Set<string>();
  const prepare = (prompt: string, { onFact, permission, question, ...rest }: TurnChanges) => {
    const recorded = recordingSink(definedOnly({ onFact, permission, question }));
    const request = turnRequest(workspace, { prompt, permissionMode, ...rest });
    threads.add(request.threadId);
    return { ...recorded, request };
  };
  return {
    start: (prompt: string, changes: TurnChanges = {}) => {
      const prepared = prepare(prompt, changes);
      return { ...prepared, turn: driver.startTurn(prepared.request, prepared.sink) };
    },
    /** The same in the CLI's own terminal, with what stands on its screen. */
    startInTerminal: (prompt: string, changes: TurnChanges = {}) => {
      const prepared = prepare(prompt, changes);
      const turn = driver.startNativeTurn?.(prepared.request, prepared.sink);
      if (turn?.terminal === undefined) throw new Error('Expected a terminal.');
      return { ...prepared, turn, ...watchScreen(turn.terminal) };
    },
    /** Ends what turns have left. */
    endAll: async () => {
      for (const thread of threads) await endMarked(thread, { graceMs: 0 });
    },
  };
}
