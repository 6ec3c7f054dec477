const quietMs = 500;
const atMostMs = 3000;
const retryMs = 3000;

/**
 * Calls `save` after a quiet moment, and under load at least every few seconds. Never two at once. One that gives
 * false, for a disk that does not take it, is made again.
 */
export class SaveTimer {
  readonly #save: () => Promise<boolean>;
  #timer: NodeJS.Timeout | undefined;
  /** When the oldest change that is not saved came. */
  #since: number | undefined;
  #saving: Promise<void> | undefined;
  #cancelled = false;

  constructor(save: () => Promise<boolean>) {
    this.#save = save;
  }

  touch(): void {
    const now = performance.now();
    this.#since ??= now;
    this.#saveIn(Math.max(0, Math.min(quietMs, this.#since + atMostMs - now)));
  }

  /** Saves what is open, after a save that is under way. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#saving;
    if (this.#since === undefined) return await this.#saving;
    this.#since = undefined;
    this.#saving = this.#saveOrRetry().finally(() => {
      this.#saving = undefined;
    });
    await this.#saving;
  }

  /** To be called at the end: nothing is saved any more. */
  cancel(): void {
    this.#cancelled = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#since = undefined;
  }

  async #saveOrRetry(): Promise<void> {
    if (await this.#save()) return;
    this.#since ??= performance.now();
    this.#saveIn(retryMs);
  }

  #saveIn(waitMs: number): void {
    if (this.#cancelled) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), waitMs);
  }
}
