const changes = /\u001b\[\?([\d;]{1,40})([hl])/g;

/**
 * Private modes a program in a pty has switched (mouse, bracketed paste, alternate screen, hidden cursor): taken
 * back when it has ended, put on again when its screen is drawn anew.
 */
export class RawModes {
  readonly #on = new Set<string>();
  /** Modes that are on by themselves, here switched off: the cursor, wrapping. */
  readonly #off = new Set<string>();

  note(data: string): void {
    for (const [, numbers = '', action] of data.matchAll(changes)) {
      for (const mode of numbers.split(';')) this.#switch(mode, action === 'h');
    }
  }

  /** Sequences that bring a fresh terminal into the program's modes. */
  restore(): string {
    return (
      [...this.#on].map(mode => `\u001b[?${mode}h`).join('') +
      [...this.#off].map(mode => `\u001b[?${mode}l`).join('')
    );
  }

  /** Sequences that undo what was left behind. */
  end(): string {
    const undo =
      [...this.#on].map(mode => `\u001b[?${mode}l`).join('') +
      [...this.#off].map(mode => `\u001b[?${mode}h`).join('');
    this.#on.clear();
    this.#off.clear();
    return `\u001b[0m${undo}`;
  }

  #switch(mode: string, isOn: boolean): void {
    const isNormallyOn = mode === '25' || mode === '7';
    const changed = isNormallyOn ? this.#off : this.#on;
    if (isOn === isNormallyOn) changed.delete(mode);
    else changed.add(mode);
  }
}
