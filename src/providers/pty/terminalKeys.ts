import { setTimeout as pause } from 'node:timers/promises';
import { DockError } from '../../contracts/errors.ts';
import { pastedText } from './pastedText.ts';
import { terminalBusy } from './terminalBusy.ts';
import { TypedLine } from './typedLine.ts';

export interface TerminalKeysOptions {
  /** To the program. */
  readonly write: (data: string) => void;
  /** The program waits for a line. */
  readonly isAtRest: () => boolean;
}

/** After a paste in the same write, or too soon, an Enter is a part of it. */
const enterAfterMs = 300;
/** How long a program may take to say that it took a line, before the Enter is repeated. */
const takenMs = 3_000;
const mostEnters = 6;

/** The keyboard of one program: the person's keys, and texts that are brought to it between them. */
export class TerminalKeys {
  readonly #options: TerminalKeysOptions;
  readonly #line = new TypedLine();
  /** While a text is brought, the person's keys wait: else they would become a part of it. */
  #held: string[] | undefined;
  #taken: PromiseWithResolvers<void> | undefined;

  constructor(options: TerminalKeysOptions) {
    this.#options = options;
  }

  /** Nothing is half typed, and nothing is being brought. */
  get isFree(): boolean {
    return this.#held === undefined && this.#line.isEmpty;
  }

  typed(data: string): void {
    if (this.#held !== undefined) {
      this.#held.push(data);
      return;
    }
    this.#line.typed(data, this.#options.isAtRest());
    this.#options.write(data);
  }

  /** The program says that it took a line. True when that was the text being brought. */
  taken(): boolean {
    const wasBrought = this.#taken !== undefined;
    if (wasBrought) this.#taken?.resolve();
    else this.#line.taken();
    return wasBrought;
  }

  /** The text may be a command to the program unless it begins with something else. */
  async bring(text: string): Promise<void> {
    if (!this.isFree || !this.#options.isAtRest()) throw terminalBusy();
    const { write, isAtRest } = this.#options;
    const held: string[] = [];
    this.#held = held;
    const taken = Promise.withResolvers<void>();
    this.#taken = taken;
    const isTaken = () => taken.promise.then(() => true);
    try {
      write(`\u001b[200~${pastedText(text)}\u001b[201~`);
      await pause(enterAfterMs);
      for (let enters = 0; enters < mostEnters && (enters === 0 || isAtRest()); enters += 1) {
        write('\r');
        if (await Promise.race([isTaken(), pause(takenMs, false)])) return;
      }
      if (await Promise.race([isTaken(), pause(takenMs, false)])) return;
      this.#line.doubt();
      throw new DockError('unknown', 'The terminal did not say whether it took the message.');
    } finally {
      this.#held = undefined;
      this.#taken = undefined;
      for (const data of held) this.typed(data);
    }
  }
}
