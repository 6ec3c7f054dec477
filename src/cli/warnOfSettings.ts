import type { DockClient } from '../client/dockClient.ts';
import type { CommandContext } from './command.ts';

/** Says on standard error which settings the host could not use: a person who wrote one believes it in force. */
export async function warnOfSettings(
  client: DockClient,
  { output }: Pick<CommandContext, 'output'>,
): Promise<void> {
  const { rejected_settings } = await client.status();
  for (const line of rejected_settings ?? []) output.err(`agentdock: ${line}`);
}
