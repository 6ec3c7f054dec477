import type { ListedProvider } from '../contracts/provider.ts';
import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { fleet } from './reply.ts';
import type { ToolContext } from './toolContext.ts';

export async function listProviders(
  _input: ToolInput<'list_providers'>,
  context: ToolContext,
): Promise<ToolOutput<'list_providers'>> {
  const providers = (await context.health()).map(
    (health): ListedProvider => ({
      ...health,
      native_terminal: context.hasTerminal(health.provider),
      permission_modes: {
        read_only: context.permissionMeans(health.provider, 'read_only'),
        ask: context.permissionMeans(health.provider, 'ask'),
        edit: context.permissionMeans(health.provider, 'edit'),
        full: context.permissionMeans(health.provider, 'full'),
      },
    }),
  );
  return { providers, fleet: fleet(context) };
}
