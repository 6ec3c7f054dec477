import type { ScreenPart, Unsubscribe } from '../client/dockClient.ts';
import type { Thread } from '../contracts/thread.ts';
import { isNativeOpen } from '../core/isNativeOpen.ts';
import { t } from '../vscode/localize.ts';
import { paint } from './styles.ts';

/** What the screen needs of the world: its thread at the host, and the terminal that shows it. */
export interface NativeScreenPort {
  thread(): Thread | undefined;
  watch(listener: (part: ScreenPart) => void): Unsubscribe;
  sendKeys(data: string): void;
  resize(columns: number, rows: number): void;
  /** To the terminal. */
  write(data: string): void;
  /** The program has ended. */
  end(): void;
  /** It was open when the window was reloaded, and may have ended since. */
  readonly isBack: boolean;
}

/** Everything away: the screen, what was scrolled out of it, modes and colours. */
const fresh = '\u001bc\u001b[3J';

/** The provider's own terminal program, as it is: keys go to it and its output comes back, unchanged. */
export class NativeScreen {
  readonly #port: NativeScreenPort;
  #size: { readonly columns: number; readonly rows: number } = { columns: 80, rows: 24 };
  #unwatch: Unsubscribe | undefined;
  /** The turn that is shown. */
  #turn: string | undefined;
  #wasOpen = false;

  constructor(port: NativeScreenPort) {
    this.#port = port;
  }

  open(columns: number, rows: number): void {
    this.#size = { columns, rows };
    this.#port.write(paint('dim', t('Waiting for the terminal of this thread…')));
    this.#unwatch = this.#port.watch(part => this.#receive(part));
    this.refresh();
  }

  close(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
  }

  input(data: string): void {
    if (this.#turn !== undefined) this.#port.sendKeys(data);
  }

  resize(columns: number, rows: number): void {
    this.#size = { columns, rows };
    if (this.#turn !== undefined) this.#port.resize(columns, rows);
  }

  /** The thread changed at the host. */
  refresh(): void {
    const thread = this.#port.thread();
    const isOpen = thread !== undefined && isNativeOpen(thread);
    this.#wasOpen ||= isOpen || (this.#port.isBack && thread !== undefined);
    // It may fail before it has drawn anything.
    const isOver = this.#turn === undefined ? this.#wasOpen && !isOpen : this.#turn !== thread?.turn?.id;
    if (!isOver) return;
    this.#turn = undefined;
    this.close();
    this.#port.end();
  }

  #receive({ reset, data }: ScreenPart): void {
    if (!reset) {
      this.#port.write(data);
      return;
    }
    this.#turn = this.#port.thread()?.turn?.id;
    this.#port.write(fresh + data);
    // Two sizes: at a new one the program draws everything anew, also what the beginning of the replay lacks.
    const { columns, rows } = this.#size;
    this.#port.resize(columns, Math.max(1, rows - 1));
    this.#port.resize(columns, rows);
  }
}
