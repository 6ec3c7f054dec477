import type { HistoryEvent } from '../contracts/agentEvent.ts';
import { type TextRef, textRefSchema } from '../contracts/text.ts';
import { least } from './shortEvent.ts';

interface Part {
  readonly name: string;
  readonly text: string;
}

/** All that a short form of the event may have left out, each part under its name where they are several. */
export async function eventText(
  event: HistoryEvent,
  getText: (ref: TextRef) => Promise<string>,
): Promise<string> {
  const parts = await partsOf(event, '', getText);
  const [only, second] = parts;
  if (only === undefined) return JSON.stringify(event);
  return second === undefined ? only.text : parts.map(({ name, text }) => `${name}:\n${text}`).join('\n\n');
}

async function partsOf(
  value: unknown,
  name: string,
  getText: (ref: TextRef) => Promise<string>,
): Promise<readonly Part[]> {
  if (typeof value === 'string') return value.length > least.characters ? [{ name, text: value }] : [];
  if (Array.isArray(value) && value.length > least.items) return [{ name, text: linesOf(value) }];
  if (typeof value !== 'object' || value === null) return [];
  const { data: ref } = textRefSchema.safeParse(value);
  if (ref !== undefined) return await partsOf(await getText(ref), name, getText);
  const parts = await Promise.all(
    Object.entries(value).map(([key, field]) =>
      partsOf(field, name === '' ? key : `${name}.${key}`, getText),
    ),
  );
  return parts.flat();
}

function linesOf(items: readonly unknown[]): string {
  return items.map(item => (typeof item === 'string' ? item : JSON.stringify(item))).join('\n');
}
