import type { Command } from '../command.ts';
import { waitFor } from '../waitFor.ts';

export const wait: Command = {
  name: 'wait',
  usage: '<thread>…',
  summary: 'Wait until threads are at rest and print their results',
  details:
    'Ends with 0 when all ended well, else 1. Says when one of them waits for an answer and how to give it, and goes on.',
  options: {},
  words: [1, Number.POSITIVE_INFINITY],
  run: async (words, _options, context) => waitFor(await context.client(), words, context),
};
