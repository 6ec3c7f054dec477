/**
 * - `torn`: an unfinished end of a file, cut off and kept aside
 * - `corrupt`: a line or file that cannot be read; skipped and kept
 * - `foreign`: well formed, but not written with this user's key; never acted on
 * - `repeated`: an authentic line that was there before; not applied again
 * - `gap`: authentic lines that are missing before this one
 * - `lost`: files that vanished, were replaced or went back in time; rewritten from what is known
 * - `unsaved`: a write that failed and is tried again until it succeeds; nothing is lost
 */
export type DamageKind = 'torn' | 'corrupt' | 'foreign' | 'repeated' | 'gap' | 'lost' | 'unsaved';

/** What was found wrong with the state, for a person. Nothing of it was deleted. */
export interface Damage {
  readonly kind: DamageKind;
  /** Relative to `.agentdock/state/`. */
  readonly file: string;
  /** First line concerned, from 1. */
  readonly line?: number;
  readonly message: string;
  /** How many lines in a row; absent for one. */
  readonly count?: number;
  /** Where the damaged part is kept, relative to `.agentdock/state/`; absent when it stays in place. */
  readonly keptAs?: string;
}

/** For a person, on one line. */
export function damageText({ file, line, message, count, keptAs }: Damage): string {
  const place = line === undefined ? file : `${file}, line ${line}`;
  const times = count === undefined ? '' : ` (${count} times)`;
  return `${place}: ${message}${times}${keptAs === undefined ? '' : `; kept as ${keptAs}`}`;
}

export type ReportDamage = (damage: Damage) => void;

/** Collects damage; the same finding on line after line becomes one. */
export class DamageLog {
  readonly #list: Damage[] = [];
  readonly #listeners = new Set<ReportDamage>();

  readonly report: ReportDamage = damage => {
    const last = this.#list.at(-1);
    const again = last !== undefined && damage.keptAs === undefined && last.keptAs === undefined;
    if (again && last.kind === damage.kind && last.file === damage.file && last.message === damage.message) {
      this.#list[this.#list.length - 1] = { ...last, count: (last.count ?? 1) + 1 };
      return;
    }
    this.#list.push(damage);
    for (const listener of this.#listeners) listener(damage);
  };

  list(): readonly Damage[] {
    return [...this.#list];
  }

  /** Tells of what is found from now on. */
  onReport(listener: ReportDamage): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
