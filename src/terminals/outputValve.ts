import { safeCut, safeEnd } from './safeCut.ts';

/** Asks the terminal for its status; it answers `ESC[0n` once it has shown everything before the question. */
export const probe = '\u001b[5n';
export const probeAnswer = '\u001b[0n';
/**
 * Stands behind what is shown anew, and has an answer that no other question has: a mode that no terminal knows. What
 * the terminal sends before it may answer questions a program put to another terminal, long ago.
 */
export const replayEnd = '\u001b[?7727$p';
export const replayEndAnswer = '\u001b[?7727;0$y';
/** Cursor position, device attributes and status, window size, modes, colours: what a terminal says of itself. */
const reports =
  /\u001b(?:\[[?>]?[\d;]*(?:[Rcnt]|\$y)|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|P[^\u001b]*\u001b\\)/g;
/** Parts a text at the answers and keeps them. */
const answers = /(\u001b\[0n|\u001b\[\?7727;0\$y)/;
const clear = '\u001bc\u001b[3J';

const probeEvery = 5_000;
const mostUnseen = 100_000;
const keptTail = 80_000;

/**
 * Between a transcript and the terminal that shows it. A terminal of an extension has no flow control of its own:
 * this one counts what the terminal has not yet shown, and when that is too much it stops writing, keeps only the
 * end of the text, and shows that once the terminal has caught up. Nothing upstream is ever held back.
 */
export class OutputValve {
  readonly #write: (text: string, cleared: boolean) => void;
  readonly #beforeTail: (isCut: boolean) => string;
  /** Characters written before each unanswered probe, oldest first. */
  readonly #probes: number[] = [];
  #sinceProbe = 0;
  #unseen = 0;
  #tail = '';
  #isTailCut = false;
  #isStale = false;
  #isHeld = false;
  /** What was shown anew and the terminal has not reached the end of. Before the end of a replay nobody types. */
  readonly #shownAnew: ('replay' | 'catchUp')[] = [];
  #isFirst: boolean;

  constructor(options: {
    /** Gets what to show now; `cleared` when it begins with an empty screen. */
    readonly write: (text: string, cleared: boolean) => void;
    /** Goes before a text that is shown anew; `isCut` when its beginning is left out. */
    readonly beforeTail: (isCut: boolean) => string;
    /** No terminal has shown this before: what a program has asked is still open, and is to be answered. */
    readonly isFirst?: boolean;
  }) {
    this.#write = options.write;
    this.#beforeTail = options.beforeTail;
    this.#isFirst = options.isFirst ?? false;
  }

  /** True while not all that was pushed has been written. */
  get isBehind(): boolean {
    return this.#isStale;
  }

  /** Shows nothing until `release`: of a long replay only the end is then shown, at once. */
  hold(): void {
    this.#isHeld = true;
    this.#isStale = true;
  }

  release(): void {
    if (this.#isStale && this.#probes.length === 0) this.#showTail();
  }

  push(text: string): void {
    this.#tail += text;
    if (this.#tail.length > 2 * keptTail) this.#cutTail();
    if (this.#isStale) return;
    if (this.#unseen + text.length > mostUnseen) {
      this.#isStale = true;
      if (this.#probes.length === 0) this.#showTail();
      return;
    }
    this.#send(text, false);
  }

  /** Begins anew: nothing of before is shown again, and nothing of what comes until `release`. */
  restart(): void {
    this.#tail = '';
    this.#isTailCut = false;
    this.hold();
  }

  /**
   * Takes our own answers out of what the terminal sent, all that comes from a replay, and the reports that come from
   * catching up with a program: it has had them, or has long stopped waiting. The rest is the person's.
   */
  takeAnswers(input: string): string {
    let rest = '';
    for (const part of input.split(answers)) {
      if (part === replayEndAnswer && this.#shownAnew.length > 0) this.#shownAnew.shift();
      else if (part === probeAnswer && this.#probes.length > 0) this.#answered();
      else if (this.#shownAnew.length === 0) rest += part;
      else if (!this.#shownAnew.includes('replay')) rest += part.replaceAll(reports, '');
    }
    return rest;
  }

  #answered(): void {
    const answered = this.#probes.shift();
    if (answered === undefined) return;
    this.#unseen -= answered;
    if (this.#isStale && this.#probes.length === 0) this.#showTail();
  }

  #showTail(): void {
    this.#isStale = false;
    this.#unseen = 0;
    this.#sinceProbe = 0;
    this.#cutTail();
    const shown = clear + this.#beforeTail(this.#isTailCut) + this.#tail;
    const end = safeEnd(shown);
    if (!this.#isFirst) this.#shownAnew.push(this.#isHeld ? 'replay' : 'catchUp');
    const mark = this.#isFirst ? '' : replayEnd;
    this.#isFirst = false;
    this.#isHeld = false;
    this.#send(shown.slice(0, end) + mark + shown.slice(end), true);
  }

  #cutTail(): void {
    if (this.#tail.length <= keptTail) return;
    this.#tail = lastLines(this.#tail, keptTail);
    this.#isTailCut = true;
  }

  #send(text: string, cleared: boolean): void {
    let out = '';
    let rest = text;
    while (this.#sinceProbe + rest.length >= probeEvery) {
      const at = safeCut(rest, Math.max(1, probeEvery - this.#sinceProbe));
      if (at === undefined) break;
      out += rest.slice(0, at) + probe;
      this.#probes.push(this.#sinceProbe + at);
      this.#sinceProbe = 0;
      rest = rest.slice(at);
    }
    this.#sinceProbe += rest.length;
    this.#unseen += text.length;
    this.#write(out + rest, cleared);
  }
}

/** The end of a text, from the beginning of a line. */
function lastLines(text: string, longest: number): string {
  const from = text.indexOf('\n', text.length - longest) + 1;
  return text.slice(from > 0 ? from : text.length - longest);
}
