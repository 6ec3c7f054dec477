/** Calls back once the next thing is due; a new time replaces the one before. */
export class DueTimer {
  readonly #onDue: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(onDue: () => void) {
    this.#onDue = onDue;
  }

  /** `at` in milliseconds since 1970; undefined: nothing is to come. */
  set(at: number | undefined): void {
    clearTimeout(this.#timer);
    if (at !== undefined) this.#timer = setTimeout(this.#onDue, Math.max(0, at - Date.now()));
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
