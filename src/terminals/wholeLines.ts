import { probe, replayEnd } from './outputValve.ts';

const longest = 4_000;

/**
 * While a line is being typed at the end of the screen, only whole lines are written above it; the piece of a line
 * that is still growing waits here. Status queries never wait: the flow of the output hangs on their answers.
 */
export class WholeLines {
  #held = '';

  take(text: string): string {
    const all = this.#held + text;
    const end = all.lastIndexOf('\n') + 1;
    const rest = all.slice(end);
    this.#held = rest.replaceAll(probe, '');
    const probes = probe.repeat((rest.length - this.#held.length) / probe.length);
    if (this.#held.length <= longest) return all.slice(0, end) + probes;
    this.#held = '';
    return all;
  }

  flush(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }

  drop(): void {
    this.#held = '';
  }
}

/** Whether a text, written behind one that ended its line or not, ends its line. */
export function endsLine(text: string, before: boolean): boolean {
  // Status queries between the lines take no room.
  const visible = text.replaceAll(probe, '').replaceAll(replayEnd, '');
  return visible === '' ? before : visible.endsWith('\n');
}
