import { watchFolder } from './watchFolder.ts';

/** When to look into a folder: one look at a time, and one more after it where something came up meanwhile. */
export class Lookout {
  readonly #folder: string;
  readonly #lookOnce: () => Promise<void>;
  #watching: { close(): void } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #looksAgain = false;
  #isClosed = false;

  /** `lookOnce` never rejects. */
  constructor(folder: string, lookOnce: () => Promise<void>) {
    this.#folder = folder;
    this.#lookOnce = lookOnce;
  }

  /** Looks when something may have changed, until it is closed. */
  start(): void {
    this.#watching ??= watchFolder(this.#folder, () => this.look());
  }

  look(): void {
    if (this.#isClosed) return;
    this.#looksAgain = this.#looking !== undefined;
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
      if (this.#looksAgain) this.look();
    });
  }

  /** In place of what was asked for last. */
  lookIn(ms: number | undefined): void {
    clearTimeout(this.#timer);
    if (ms !== undefined) this.#timer = setTimeout(() => this.look(), ms).unref();
  }

  /** Resolves when nobody looks any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watching?.close();
    clearTimeout(this.#timer);
    await this.#looking;
  }
}
