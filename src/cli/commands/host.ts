import { DockError } from '../../contracts/errors.ts';
import type { Command } from '../command.ts';
import { printJson, table } from '../io.ts';

export const host: Command = {
  name: 'host',
  usage: 'status | stop',
  summary: 'Show or stop the background process of this workspace',
  details:
    'stop interrupts what runs; the threads can be resumed. A running host keeps the settings it started with: after\n' +
    '`agentdock host stop --when-idle` the next one, which starts by itself, has the new ones.',
  options: { 'when-idle': { type: 'boolean', help: 'stop: only once nothing runs' } },
  words: [1, 1],
  run: async ([action], options, { output, json, client }) => {
    if (action !== 'status' && action !== 'stop') {
      throw new DockError('invalid_arguments', 'Expected `agentdock host status` or `agentdock host stop`.');
    }
    const connected = await client({ start: false });
    if (action === 'stop') {
      const stopping = await connected.stop({ whenIdle: options['when-idle'] === true });
      if (json) printJson(output, { ok: true, result: { stopping } });
      else output.out(stopping ? 'The host is stopping.' : 'The host stops once nothing runs.');
      return 0;
    }
    const status = await connected.status();
    if (json) {
      printJson(output, { ok: true, result: status });
      return 0;
    }
    output.out(
      table([
        ['pid', String(status.pid)],
        ['version', `${status.version} (protocol ${status.protocol})`],
        ['workspace', status.workspace],
        ['since', status.started_at],
        ['clients', String(status.clients)],
        ['threads', `${status.active} active, ${status.threads} in all`],
        ...(status.read_only === undefined ? [] : [['read-only', status.read_only.message]]),
        ...status.damage.map(line => ['damage', line]),
      ]),
    );
    return 0;
  },
};
