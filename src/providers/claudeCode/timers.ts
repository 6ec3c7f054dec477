/** Timers of one owner; none holds up the end of the program. */
export class Timers {
  readonly #running = new Set<NodeJS.Timeout>();

  after(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#running.delete(timer);
      action();
    }, ms).unref();
    this.#running.add(timer);
  }

  pause(ms: number): Promise<void> {
    return new Promise(resolve => this.after(ms, resolve));
  }

  stop(): void {
    for (const timer of this.#running) clearTimeout(timer);
    this.#running.clear();
  }
}
