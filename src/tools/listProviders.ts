import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { fleet } from './reply.ts';
import type { ToolContext } from './toolContext.ts';

export async function listProviders(
  _input: ToolInput<'list_providers'>,
  context: ToolContext,
): Promise<ToolOutput<'list_providers'>> {
  return { providers: [...(await context.health())], fleet: fleet(context) };
}
