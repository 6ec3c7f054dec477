import type { Command } from '../command.ts';
import { printJson, table } from '../io.ts';

export const providers: Command = {
  name: 'providers',
  usage: '',
  summary: 'Show which agent CLIs are there and whether they are ready',
  options: {},
  words: [0, 0],
  run: async (_words, _options, { output, json, client }) => {
    const result = await (await client()).call('list_providers', {});
    if (json) {
      printJson(output, { ok: true, result });
      return 0;
    }
    const rows = result.providers.map(({ provider, status, version, signed_in, path, message }) => [
      provider,
      status,
      version ?? '-',
      signed_in,
      path === undefined ? message : `${message} (${path})`,
    ]);
    output.out(table([['PROVIDER', 'STATUS', 'VERSION', 'SIGNED IN', ''], ...rows]));
    return 0;
  },
};
