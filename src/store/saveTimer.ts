const quietMs = 500;
const atMostMs = 3000;

/** Calls `save` after a quiet moment, and under load at least every few seconds. Never two at once. */
export class SaveTimer {
  readonly #save: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  /** When the oldest change that is not saved came. */
  #since: number | undefined;
  #saving: Promise<void> | undefined;

  constructor(save: () => Promise<void>) {
    this.#save = save;
  }

  touch(): void {
    const now = performance.now();
    this.#since ??= now;
    clearTimeout(this.#timer);
    const wait = Math.max(0, Math.min(quietMs, this.#since + atMostMs - now));
    this.#timer = setTimeout(() => void this.flush(), wait);
  }

  /** Saves what is open, after a save that is under way. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#saving;
    if (this.#since === undefined) return await this.#saving;
    this.#since = undefined;
    this.#saving = this.#save().finally(() => {
      this.#saving = undefined;
    });
    await this.#saving;
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#since = undefined;
  }
}
