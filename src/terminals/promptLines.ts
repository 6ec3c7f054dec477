import type { Origin } from '../contracts/ids.ts';
import type { StateChange } from '../contracts/journalEvent.ts';
import type { TextRef } from '../contracts/text.ts';
import { wholeCharacters } from '../core/wholeCharacters.ts';
import { knownText } from '../views/knownText.ts';
import { safeText } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import { paint } from './styles.ts';

export type QueuedPrompt = Pick<
  Extract<StateChange, { type: 'turn.queued' }>,
  'prompt' | 'origin' | 'brings' | 'native'
>;

const longest = 4_000;
const mostLines = 40;

/** A prompt as `❯ text`, further lines set in; of a very long one the beginning. A terminal may be opened without one. */
export function promptLines({ prompt, origin, native }: Omit<QueuedPrompt, 'brings'>): string {
  if (native !== true) return textLines(prompt, origin);
  const place = `${paint('dim', `· ${t('In its own terminal')}`)}\n`;
  return knownText(prompt) === '' ? place : place + textLines(prompt, origin);
}

function textLines(prompt: TextRef, origin: Origin): string {
  const { text, left } = beginning(prompt);
  const by = origin === 'person' ? '' : ` ${paint('dim', originLabel(origin))}`;
  const [first = '', ...others] = text.split('\n');
  const lines = [`${paint('prompt', '❯')} ${paint('bold', first)}${by}`];
  lines.push(...others.map(line => (line === '' ? '' : `  ${paint('bold', line)}`)));
  if (left > 0) lines.push(`  ${paint('dim', t('… {0} more characters', left))}`);
  return `${lines.join('\n')}\n`;
}

function beginning(ref: TextRef): { text: string; left: number } {
  const known = knownText(ref);
  const length = 'text' in ref ? ref.text.length : ref.length;
  const taken = known.slice(0, longest).split('\n').slice(0, mostLines).join('\n');
  const whole = wholeCharacters(taken);
  return { text: safeText(whole).trimEnd(), left: length - whole.length };
}

function originLabel(origin: Exclude<Origin, 'person'>): string {
  switch (origin) {
    case 'agent':
      return t('from an agent');
    case 'host':
      return t('from AgentDock');
    case 'provider':
      return t('started by the provider');
  }
}
