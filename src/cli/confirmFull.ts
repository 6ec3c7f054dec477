import { DockError } from '../contracts/errors.ts';
import type { RequestResult } from '../contracts/rpc.ts';
import type { ToolArgs } from '../contracts/tools.ts';
import { runsInPty } from '../core/runsInPty.ts';
import type { CommandContext } from './command.ts';

type Wanted = Pick<ToolArgs<'spawn_thread'>, 'permission_mode' | 'provider' | 'task_name'>;

/**
 * Has the person confirm a thread with full access, unless their settings say otherwise. Returns the mode to ask for:
 * what was confirmed is asked for by its name, also where it is the default. Throws when it was not confirmed.
 */
export async function confirmFull(
  wanted: Wanted,
  settings: RequestResult<'status'>['settings'],
  { yes, ask }: { readonly yes: boolean; readonly ask: CommandContext['ask'] | undefined },
): Promise<Pick<Wanted, 'permission_mode'>> {
  const { permission_mode: given } = wanted;
  const mode = given ?? settings?.default_permission_mode;
  // What a person has a program run is held by nothing, and nothing is chosen there.
  if (mode !== 'full' || runsInPty(wanted)) return given === undefined ? {} : { permission_mode: given };
  if (yes || settings?.confirm_full === false) return { permission_mode: mode };
  if (ask === undefined) {
    throw new DockError('permission_denied', 'Full access needs your confirmation.', {
      hint: 'Give --yes, or --mode ask. On a terminal you are asked; `confirm_full` in your settings turns that off.',
    });
  }
  const answer = await ask(
    `Give “${wanted.task_name}” full access? It may run any command and change any file of yours without asking, also ` +
      'outside this workspace. [y/N] ',
  );
  if (/^y(es)?$/i.test(answer.trim())) return { permission_mode: mode };
  throw new DockError('cancelled', 'Nothing was started.');
}
