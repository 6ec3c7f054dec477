import { providerIds } from '../../contracts/ids.ts';
import { runsInPty } from '../../core/runsInPty.ts';
import type { Command } from '../command.ts';
import { modeHelp, startOptions, startThread } from '../startThread.ts';

const agents = providerIds.filter(provider => !runsInPty({ provider }));

export const master: Command = {
  name: 'master',
  usage: '<provider> <goal>…',
  summary: 'Start a master, which splits a goal among workers',
  details:
    `Providers: ${agents.join(', ')}. Only a person starts one. It is woken when its workers end or ask, and rests\n` +
    `until then. The goal \`-\` is read from standard input.\n\n${modeHelp}`,
  examples: ['agentdock master codex "Build the settings page, with tests." --mode edit'],
  options: {
    ...startOptions,
    wait: { type: 'boolean', short: 'w', help: 'Wait until it rests and print what it said last' },
  },
  words: [2, Number.POSITIVE_INFINITY],
  run: (words, options, context) => startThread('master', words, options, context),
};
