import { threadStateSchema } from '../../contracts/thread.ts';
import type { ThreadSummary } from '../../contracts/threadSummary.ts';
import { age } from '../../core/age.ts';
import { type Command, text } from '../command.ts';
import { printJson, table } from '../io.ts';
import { oneOf } from '../oneOf.ts';
import { waitsFor } from '../waitingText.ts';
import { warnOfSettings } from '../warnOfSettings.ts';
import { wholeNumber } from '../wholeNumber.ts';

export const list: Command = {
  name: 'list',
  usage: '',
  summary: 'List the threads, newest first',
  details: `States: ${threadStateSchema.options.join(', ')}.`,
  examples: ['agentdock list --state waiting_permission', 'agentdock list --limit 10 --json'],
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
    if (waiting > 0) output.out('agentdock show THREAD says what one waits for, and how to answer it.');
    if (reply.cursor !== undefined) output.out(`Older ones: agentdock list --cursor ${reply.cursor}`);
    return 0;
  },
};

function row(thread: ThreadSummary): readonly string[] {
  const { thread_id, provider, since, task_name } = thread;
  return [thread_id, provider, stateOf(thread), age(since, Date.now()), task_name];
}

function stateOf({ state, rests_in_terminal, reason, requests: [first, ...more] }: ThreadSummary): string {
  if (rests_in_terminal === true) return `${state} (at rest in its own terminal)`;
  if (first === undefined) return reason === undefined ? state : `${state} (${reason})`;
  return `${state} (${waitsFor(first)}${more.length === 0 ? '' : `, and ${more.length} more`})`;
}
