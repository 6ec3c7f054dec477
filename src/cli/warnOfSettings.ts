import type { DockClient } from '../client/dockClient.ts';
import type { RequestResult } from '../contracts/rpc.ts';
import type { CommandContext } from './command.ts';

/**
 * Says on standard error which settings the host could not use: a person who wrote one believes it in force. Returns
 * what the host said of itself.
 */
export async function warnOfSettings(
  client: DockClient,
  { output }: Pick<CommandContext, 'output'>,
): Promise<RequestResult<'status'>> {
  const status = await client.status();
  for (const line of status.rejected_settings ?? []) output.err(`agentdock: ${line}`);
  return status;
}
