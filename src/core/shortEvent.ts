import type { HistoryEvent } from '../contracts/agentEvent.ts';
import { textRefSchema } from '../contracts/text.ts';
import { definedOnly } from './definedOnly.ts';
import { jsonBytes } from './textPage.ts';

interface Limits {
  readonly characters: number;
  readonly items: number;
}

const usual: Limits = { characters: 2_000, items: 50 };
/** What is no longer than this is left out of no event. */
export const least: Limits = { characters: 200, items: 10 };

/** The event for a model: at most so many bytes, and where that left something out, how to read all of it. */
export function shortEvent({ seq, at, turn_id, type, ...rest }: HistoryEvent, bytes: number): HistoryEvent {
  const head = { seq, at, ...definedOnly({ turn_id }), type };
  const cut = `read_thread with \`event\` ${seq} has all of it`;
  for (const limits of [usual, least]) {
    let isCut = false;
    const short = shortFields(rest, limits, () => {
      isCut = true;
    });
    const event = { ...head, ...short, ...(isCut ? { cut } : {}) };
    if (jsonBytes(event) <= bytes) return event;
  }
  return { ...head, cut };
}

function shortFields(value: object, limits: Limits, onCut: () => void): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, shortValue(field, limits, onCut)]),
  );
}

function shortValue(value: unknown, limits: Limits, onCut: () => void): unknown {
  if (typeof value === 'string') {
    if (value.length <= limits.characters) return value;
    onCut();
    return `${value.slice(0, limits.characters)}…`;
  }
  if (Array.isArray(value)) {
    if (value.length > limits.items) onCut();
    return value.slice(0, limits.items).map(item => shortValue(item, limits, onCut));
  }
  if (typeof value !== 'object' || value === null) return value;
  const { data: ref } = textRefSchema.safeParse(value);
  if (ref === undefined || !('file' in ref)) return shortFields(value, limits, onCut);
  // Agents may not read the side files.
  onCut();
  return { text: `${ref.head}…` };
}
