import * as z from 'zod';
import { threadIdSchema } from '../contracts/ids.ts';

const placeSchema = z.object({
  folder: z.string(),
  thread: threadIdSchema,
  name: z.string(),
  /** Editor group, from 1. */
  column: z.number().int().min(1),
  /** True when it was the tab on top of its group. */
  isOnTop: z.boolean(),
  isProgram: z.boolean().default(false),
  /** The provider's own terminal program, not the thread's record. */
  isNative: z.boolean().default(false),
});

/** A thread's terminal in the window, as it is put back after a reload. */
export type TerminalPlace = z.infer<typeof placeSchema>;

const memoryKey = 'agentdock.openTerminals';

/** Where the terminals of a window are, kept by VS Code over reloads. */
export class PlaceMemory {
  readonly #memory: Memory;
  #isFrozen = false;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  read(): TerminalPlace[] {
    return readPlaces(this.#memory.get(memoryKey));
  }

  keep(places: readonly TerminalPlace[]): void {
    if (!this.#isFrozen) void this.#memory.update(memoryKey, places);
  }

  /** The window goes down: it closes its terminals one after the other, and all of them are to come back. */
  freeze(): void {
    this.#isFrozen = true;
  }
}

/** What of `vscode.Memento` is needed. */
interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** What an earlier version or another window stored may be anything. */
function readPlaces(stored: unknown): TerminalPlace[] {
  const parsed = z.array(placeSchema).safeParse(stored);
  return parsed.success ? parsed.data : [];
}

export interface TerminalTab {
  readonly label: string;
  readonly column: number;
  readonly isActive: boolean;
}

/**
 * The places of the open terminals in the order of the tabs. VS Code does not say which tab is which terminal: tabs
 * of one name are taken in the order their terminals were opened. A terminal without a tab keeps its place.
 */
export function placesInTabs(
  open: readonly TerminalPlace[],
  tabs: readonly TerminalTab[],
): readonly TerminalPlace[] {
  const left = [...open];
  const placed: TerminalPlace[] = [];
  for (const { label, column, isActive } of tabs) {
    const at = left.findIndex(place => place.name === label);
    const [place] = at < 0 ? [] : left.splice(at, 1);
    if (place !== undefined) placed.push({ ...place, column, isOnTop: isActive });
  }
  return [...placed, ...left];
}
