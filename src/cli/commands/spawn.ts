import { providerIds } from '../../contracts/ids.ts';
import type { Command } from '../command.ts';
import { modeHelp, startOptions, startThread } from '../startThread.ts';

export const spawn: Command = {
  name: 'spawn',
  usage: '<provider> <prompt>…',
  summary: 'Start a worker',
  details: [
    `Providers: ${providerIds.join(', ')}. The prompt \`-\` is read from standard input.`,
    'With `command` the prompt is a line for the shell: it runs with all your rights, and nothing asks.',
    '',
    modeHelp,
  ].join('\n'),
  examples: [
    'agentdock spawn codex "Create a UserSettings page and tests." --dir src/settings --mode edit',
    'agentdock spawn claude_code - --name review --mode read_only --wait <prompt.txt',
    'agentdock spawn command "npm run lint" --wait',
  ],
  options: startOptions,
  words: [2, Number.POSITIVE_INFINITY],
  run: (words, options, context) => startThread('worker', words, options, context),
};
