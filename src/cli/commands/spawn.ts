import { providerIdSchema, providerIds } from '../../contracts/ids.ts';
import { permissionModeSchema, permissionModes } from '../../contracts/thread.ts';
import { definedOnly } from '../../core/definedOnly.ts';
import { type Command, text } from '../command.ts';
import { oneOf } from '../oneOf.ts';
import { printStarted } from '../printStarted.ts';
import { promptFrom } from '../prompt.ts';
import { warnOfSettings } from '../warnOfSettings.ts';

export const spawn: Command = {
  name: 'spawn',
  usage: '<provider> <prompt>…',
  summary: 'Start a worker',
  details: `Providers: ${providerIds.join(', ')}. The prompt \`-\` is read from standard input.`,
  options: {
    name: {
      type: 'string',
      short: 'n',
      value: 'TEXT',
      help: 'Name of the task (default: the prompt’s beginning)',
    },
    dir: {
      type: 'string',
      short: 'd',
      value: 'DIR',
      help: 'Working directory, relative to the workspace folder',
    },
    mode: {
      type: 'string',
      short: 'm',
      value: 'MODE',
      help: `Permission mode: ${permissionModes.join(', ')}`,
    },
    model: { type: 'string', value: 'NAME', help: 'Model of the provider' },
    effort: { type: 'string', value: 'LEVEL', help: 'Reasoning effort, where the provider takes one' },
    key: { type: 'string', value: 'KEY', help: 'Idempotency key: a repeat returns the first thread' },
    wait: { type: 'boolean', short: 'w', help: 'Wait for its end and print the result' },
  },
  words: [2, Number.POSITIVE_INFINITY],
  run: async ([provider = '', ...words], options, context) => {
    const mode = text(options, 'mode');
    const given = {
      provider: oneOf(providerIdSchema, provider, 'provider'),
      ...(mode === undefined ? {} : { permission_mode: oneOf(permissionModeSchema, mode, 'mode') }),
    };
    const prompt = await promptFrom(words, context);
    const client = await context.client();
    await warnOfSettings(client, context);
    const started = await client.call('spawn_thread', {
      task_name: text(options, 'name') ?? nameFrom(prompt),
      ...given,
      prompt,
      ...definedOnly({ working_dir: text(options, 'dir'), model: text(options, 'model') }),
      ...definedOnly({ effort: text(options, 'effort'), idempotency_key: text(options, 'key') }),
    });
    return printStarted(started, client, { ...context, wait: options['wait'] === true });
  },
};

/** The first words of the prompt on one line. */
function nameFrom(prompt: string): string {
  const line = prompt.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length <= 60 ? line || 'task' : `${[...line].slice(0, 59).join('')}…`;
}
