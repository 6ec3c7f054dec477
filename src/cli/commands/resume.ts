import { definedOnly } from '../../core/definedOnly.ts';
import { type Command, text } from '../command.ts';
import { printStarted } from '../printStarted.ts';
import { promptFrom } from '../prompt.ts';

export const resume: Command = {
  name: 'resume',
  usage: '<thread> <prompt>…',
  summary: 'Send the next prompt to a thread, in its own session',
  details: 'On a busy thread it waits behind the running turn. The prompt `-` is read from standard input.',
  options: {
    key: { type: 'string', value: 'KEY', help: 'Idempotency key: a repeat returns the first turn' },
    wait: { type: 'boolean', short: 'w', help: 'Wait for its end and print the result' },
  },
  words: [2, Number.POSITIVE_INFINITY],
  run: async ([thread_id = '', ...words], options, context) => {
    const additional_prompt = await promptFrom(words, context);
    const client = await context.client();
    const key = text(options, 'key');
    const started = await client.call('resume_thread', {
      thread_id,
      additional_prompt,
      ...definedOnly({ idempotency_key: key }),
    });
    return printStarted(started, client, { ...context, wait: options['wait'] === true });
  },
};
