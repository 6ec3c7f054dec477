import { definedOnly } from '../../core/definedOnly.ts';
import { type Command, text } from '../command.ts';
import { printJson } from '../io.ts';
import { promptFrom } from '../prompt.ts';

export const send: Command = {
  name: 'send',
  usage: '<thread> <text>…',
  summary: 'Send a message to a thread',
  details:
    'A thread at rest starts a turn for it; a busy one gets it at the end of its turn, or with --now in the midst of it,\n' +
    'where its agent can take it. `agentdock show THREAD` says what became of it. The text `-` is read from standard input.',
  options: {
    now: { type: 'boolean', help: 'Into the running turn, where the agent can take it' },
    key: { type: 'string', value: 'KEY', help: 'Idempotency key: a repeat returns the first message' },
  },
  words: [2, Number.POSITIVE_INFINITY],
  run: async ([thread_id = '', ...words], options, context) => {
    const message = await promptFrom(words, context);
    const result = await (await context.client()).call('send_message', {
      thread_id,
      text: message,
      when: options['now'] === true ? 'now' : 'turn_end',
      ...definedOnly({ idempotency_key: text(options, 'key') }),
    });
    if (context.json) printJson(context.output, { ok: true, result });
    else {
      const again = result.repeated ? '  (same key as before)' : '';
      context.output.out(`${result.message_id}  ${result.state}${again}`);
      if (result.reason !== undefined) context.output.out(result.reason);
    }
    return 0;
  },
};
