import type { Command } from '../command.ts';
import { printJson, table } from '../io.ts';
import { threadDetails } from '../threadDetails.ts';

export const show: Command = {
  name: 'show',
  usage: '<thread>',
  summary: 'Show one thread: what it waits for, its messages, its report and last result',
  options: {},
  words: [1, 1],
  run: async ([thread_id = ''], _options, { output, json, client }) => {
    const { thread } = await (await client()).call('get_thread', { thread_id });
    if (json) {
      printJson(output, { ok: true, result: { thread } });
      return 0;
    }
    const { error, result } = thread;
    output.out(
      table([
        ['thread', thread.thread_id],
        ['task', thread.task_name],
        ['provider', thread.provider],
        [
          'state',
          `${thread.state}${thread.rests_in_terminal === true ? ' (at rest in its own terminal)' : ''}`,
        ],
        ...(thread.reason === undefined ? [] : [['reason', thread.reason]]),
        ...(error === undefined ? [] : [['error', `${error.message} (${error.code})`]]),
        ...(error?.hint === undefined ? [] : [['next', error.hint]]),
        ['since', thread.since],
        ['session', thread.session_id ?? 'none yet'],
        ['folder', thread.working_dir],
        ['permissions', `${thread.permission_mode}: ${thread.permission_means}`],
        ['turns', `${thread.turns_ended} ended, ${thread.queued_turns} queued`],
        ...threadDetails(thread),
        ...(thread.children.length === 0 ? [] : [['children', thread.children.join(' ')]]),
      ]),
    );
    if (result !== undefined) {
      output.out(`\n${result}`);
      if (thread.result_truncated)
        output.out(`… (agentdock read --result ${thread.thread_id} prints all of it)`);
    }
    return 0;
  },
};
