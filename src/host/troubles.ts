import { toToolError } from '../contracts/errors.ts';
import type { NotificationParams } from '../contracts/rpc.ts';
import { type Damage, damageText } from '../store/damage.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import type { Log } from './log.ts';

export type Trouble = NotificationParams<'trouble'>;

export interface Troubles {
  /** Undefined while all is well. */
  current(): Trouble | undefined;
  onChange(listener: (trouble: Trouble) => void): () => void;
  close(): void;
}

/** Nobody calls when a failed write has made the state read-only. */
const lookEveryMs = 1_000;
const mostFindings = 100;

/** Tells of damage in the state, and that nothing can be written any more: in the log, and to whoever listens. */
export function watchTroubles(store: ThreadStore, log: Log): Troubles {
  const listeners = new Set<(trouble: Trouble) => void>();
  let readOnly = store.readOnly;
  const sayReadOnly = () => {
    if (readOnly !== undefined) log(`nothing is written any more: ${readOnly.message}`);
  };
  const current = (): Trouble | undefined => {
    const damage = store.damage().filter(isNews).map(damageText).slice(-mostFindings);
    if (readOnly === undefined && damage.length === 0) return undefined;
    return { ...(readOnly === undefined ? {} : { read_only: toToolError(readOnly) }), damage };
  };
  const tell = () => {
    const trouble = current();
    if (trouble !== undefined) for (const listener of listeners) listener(trouble);
  };
  const look = () => {
    // One that was closed is not in trouble.
    if (readOnly !== undefined || store.readOnly === undefined || store.isClosed) return;
    readOnly = store.readOnly;
    sayReadOnly();
    tell();
  };

  for (const damage of store.damage()) log(damageText(damage));
  sayReadOnly();
  const stop = store.onDamage(damage => {
    log(damageText(damage));
    if (isNews(damage)) tell();
  });
  const timer = setInterval(look, lookEveryMs);
  timer.unref();
  return {
    current,
    onChange: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      stop();
      clearInterval(timer);
    },
  };
}

/**
 * An unfinished last line is what every kill leaves, and a write that failed is tried again: nothing is lost by either.
 * A disk that also refuses the journal says so to whoever changes something.
 */
function isNews({ kind }: Damage): boolean {
  return kind !== 'torn' && kind !== 'unsaved';
}
