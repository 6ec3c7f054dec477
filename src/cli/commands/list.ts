import { threadStateSchema } from '../../contracts/thread.ts';
import type { ThreadSummary } from '../../contracts/tools.ts';
import { age } from '../../core/age.ts';
import { type Command, text } from '../command.ts';
import { printJson, table } from '../io.ts';
import { oneOf } from '../oneOf.ts';
import { warnOfSettings } from '../warnOfSettings.ts';
import { wholeNumber } from '../wholeNumber.ts';

export const list: Command = {
  name: 'list',
  usage: '',
  summary: 'List the threads, newest first',
  options: {
    state: { type: 'string', short: 's', value: 'STATE', help: 'Only threads in this state' },
    limit: { type: 'string', value: 'N', help: 'At most N threads (default 100)' },
    cursor: { type: 'string', value: 'THREAD', help: 'Only threads older than this one' },
  },
  words: [0, 0],
  run: async (_words, options, { output, json, client }) => {
    const state = text(options, 'state');
    const limit = text(options, 'limit');
    const cursor = text(options, 'cursor');
    const given = {
      ...(state === undefined ? {} : { states: [oneOf(threadStateSchema, state, 'state')] }),
      ...(limit === undefined ? {} : { limit: wholeNumber('limit', limit) }),
      ...(cursor === undefined ? {} : { cursor }),
    };
    const connected = await client();
    await warnOfSettings(connected, { output });
    const reply = await connected.call('list_threads', given);
    if (json) {
      printJson(output, { ok: true, result: reply });
      return 0;
    }
    const { running, queued, waiting, capacity } = reply.fleet;
    if (reply.threads.length > 0) {
      output.out(table([['THREAD', 'PROVIDER', 'STATE', 'AGE', 'TASK'], ...reply.threads.map(row)]));
    }
    output.out(
      `${running} of ${capacity} running, ${queued} queued, ${waiting} waiting for a person, ${reply.total} in all`,
    );
    if (reply.cursor !== undefined) output.out(`Older ones: agentdock list --cursor ${reply.cursor}`);
    return 0;
  },
};

function row({ thread_id, provider, state, reason, since, task_name }: ThreadSummary): readonly string[] {
  return [
    thread_id,
    provider,
    reason === undefined ? state : `${state} (${reason})`,
    age(since, Date.now()),
    task_name,
  ];
}
