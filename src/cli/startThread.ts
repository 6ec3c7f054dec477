import { providerIdSchema } from '../contracts/ids.ts';
import { type PermissionMode, permissionModeSchema, permissionModes } from '../contracts/thread.ts';
import type { ToolArgs } from '../contracts/tools.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { type CommandContext, type Option, type OptionValues, text } from './command.ts';
import { confirmFull } from './confirmFull.ts';
import { table } from './io.ts';
import { oneOf } from './oneOf.ts';
import { printStarted } from './printStarted.ts';
import { promptFrom } from './prompt.ts';
import { warnOfSettings } from './warnOfSettings.ts';

const modes: Readonly<Record<PermissionMode, string>> = {
  read_only: 'reads and changes nothing',
  ask: 'reads; more waits for your answer (the default, where your settings name no other)',
  edit: 'changes files of the workspace, too; what else goes unasked depends on the agent',
  full: 'does everything with your rights, and nothing asks; to be confirmed at each start',
};

/** For the help of every command that starts a thread. */
export const modeHelp = [
  'Permission modes of an agent:',
  table(permissionModes.map(mode => [`  ${mode}`, modes[mode]])),
].join('\n');

/** Options of every command that starts a thread. */
export const startOptions: Readonly<Record<string, Option>> = {
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
  mode: { type: 'string', short: 'm', value: 'MODE', help: 'Permission mode, see above' },
  yes: { type: 'boolean', short: 'y', help: 'Confirm the mode full: you are not asked' },
  model: { type: 'string', value: 'NAME', help: 'Model of the provider' },
  effort: { type: 'string', value: 'LEVEL', help: 'Reasoning effort, where the provider takes one' },
  key: { type: 'string', value: 'KEY', help: 'Idempotency key: a repeat returns the first thread' },
  wait: { type: 'boolean', short: 'w', help: 'Wait for its end and print the result' },
};

/** `<provider> <prompt>…` with the options above. Returns the exit code. */
export async function startThread(
  role: NonNullable<ToolArgs<'spawn_thread'>['role']>,
  [provider = '', ...words]: readonly string[],
  options: OptionValues,
  context: CommandContext,
): Promise<number> {
  const mode = text(options, 'mode');
  const given = {
    role,
    provider: oneOf(providerIdSchema, provider, 'provider'),
    ...(mode === undefined ? {} : { permission_mode: oneOf(permissionModeSchema, mode, 'mode') }),
  };
  const prompt = await promptFrom(words, context);
  const client = await context.client();
  const { settings } = await warnOfSettings(client, context);
  const task = { ...given, task_name: text(options, 'name') ?? nameFrom(prompt) };
  const confirmed = await confirmFull(task, settings, { yes: options['yes'] === true, ask: context.ask });
  const started = await client.call('spawn_thread', {
    ...task,
    ...confirmed,
    prompt,
    ...definedOnly({ working_dir: text(options, 'dir'), model: text(options, 'model') }),
    ...definedOnly({ effort: text(options, 'effort'), idempotency_key: text(options, 'key') }),
  });
  return printStarted(started, client, { ...context, wait: options['wait'] === true });
}

/** The first words of the prompt on one line. */
function nameFrom(prompt: string): string {
  const line = prompt.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length <= 60 ? line || 'task' : `${[...line].slice(0, 59).join('')}…`;
}
