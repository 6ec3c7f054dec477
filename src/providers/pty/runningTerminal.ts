import type { RunningTurn, TurnEnd } from '../driver.ts';
import type { ScreenTail } from './screenTail.ts';

/** A turn in a provider's own terminal program, as each provider has it. */
export interface TerminalTurn {
  readonly ended: Promise<TurnEnd>;
  readonly screen: ScreenTail;
  readonly isIdle: boolean;
  readonly takesMessages: boolean;
  bring(text: string, messageId?: string): Promise<void>;
  interrupt(): Promise<void>;
  typed(data: string): void;
  resize(columns: number, rows: number): void;
}

/** The same as the host has it. */
export function runningTerminal(turn: TerminalTurn): RunningTurn {
  return {
    ended: turn.ended,
    steer: (text, messageId) => turn.bring(text, messageId),
    interrupt: () => turn.interrupt(),
    write: data => turn.typed(data),
    resize: (columns, rows) => turn.resize(columns, rows),
    terminal: {
      isIdle: () => turn.isIdle,
      takesMessages: () => turn.takesMessages,
      follow: listener => turn.screen.follow(listener),
    },
  };
}
