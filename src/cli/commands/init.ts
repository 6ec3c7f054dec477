import { initWorkspace } from '../../client/initWorkspace.ts';
import type { Command } from '../command.ts';
import { printJson } from '../io.ts';

export const init: Command = {
  name: 'init',
  usage: '',
  summary: 'Make this folder an AgentDock workspace',
  details: 'Writes .agentdock/ in the current folder (or --workspace DIR) and leaves alone what is there.',
  options: {},
  words: [0, 0],
  run: async (_words, _options, { output, json, cwd, workspace }) => {
    const { created } = await initWorkspace(workspace ?? cwd);
    if (json) printJson(output, { ok: true, result: { created } });
    else if (created.length === 0) output.out('Nothing to do: .agentdock is complete.');
    else for (const path of created) output.out(`created ${path}`);
    return 0;
  },
};
