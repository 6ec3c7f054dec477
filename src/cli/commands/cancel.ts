import type { Command } from '../command.ts';
import { printJson } from '../io.ts';

export const cancel: Command = {
  name: 'cancel',
  usage: '<thread>',
  summary: 'Cancel a thread and all below it, with their processes',
  options: {},
  words: [1, 1],
  run: async ([thread_id = ''], _options, { output, json, client }) => {
    const result = await (await client()).call('cancel_thread', { thread_id });
    if (json) printJson(output, { ok: true, result });
    else output.out(`${result.thread_id}  ${result.state}`);
    return 0;
  },
};
