import { providerIds } from '../../contracts/ids.ts';
import type { Command } from '../command.ts';
import { startOptions, startThread } from '../startThread.ts';

export const spawn: Command = {
  name: 'spawn',
  usage: '<provider> <prompt>…',
  summary: 'Start a worker',
  details: `Providers: ${providerIds.join(', ')}. The prompt \`-\` is read from standard input.`,
  options: startOptions,
  words: [2, Number.POSITIVE_INFINITY],
  run: (words, options, context) => startThread('worker', words, options, context),
};
