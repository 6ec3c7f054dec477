import { DockError } from '../../contracts/errors.ts';
import type { RequestResult } from '../../contracts/rpc.ts';
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
        ...settingsRow(status.settings),
        ...(status.read_only === undefined ? [] : [['read-only', status.read_only.message]]),
        ...(status.rejected_settings ?? []).map(line => ['setting', line]),
        ...status.damage.map(line => ['damage', line]),
      ]),
    );
    return 0;
  },
};

function settingsRow(settings: RequestResult<'status'>['settings']): readonly (readonly string[])[] {
  if (settings === undefined) return [];
  const { max_running, max_depth, default_permission_mode, highest_permission_mode, idle_minutes } = settings;
  const { confirm_full, drop_folder } = settings;
  const parts = [
    `${max_running} turns at once`,
    `${max_depth} levels`,
    `mode ${default_permission_mode}, at most ${highest_permission_mode}`,
    ...(confirm_full === false ? ['full is not confirmed'] : []),
    idle_minutes === 0 ? 'never ends by itself' : `ends after ${idle_minutes} idle minutes`,
    ...(drop_folder === undefined ? [] : [`requests/ may ${dropMeans[drop_folder] ?? drop_folder}`]),
  ];
  return [['settings', parts.join('; ')]];
}

const dropMeans: Readonly<Record<string, string>> = {
  off: 'do nothing',
  read: 'read',
  spawn: 'read and spawn',
};
