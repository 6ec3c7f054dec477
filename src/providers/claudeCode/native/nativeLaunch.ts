import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type ToolEndpoint, toolServerName } from '../../../contracts/toolEndpoint.ts';
import type { DriverContext, TurnRequest } from '../../driver.ts';
import { withoutProxyToUs } from '../../process/withoutProxyToUs.ts';
import { type Launch, prepareLaunch, sharedArguments } from '../launch.ts';

/** The same as for a turn without a terminal, and where it finds our tools and tells what happens. */
export async function prepareTerminal(
  context: DriverContext,
  request: TurnRequest,
  hooks: object,
): Promise<Launch> {
  const { tools } = request;
  const file = path.join(context.runtimeDir, `claude-${randomUUID()}.mcp.json`);
  const launch = await prepareLaunch(
    context,
    request,
    (...turn) => [...(tools === undefined ? [] : [`--mcp-config=${file}`]), ...sharedArguments(...turn)],
    // Else it makes itself the desktop's program for links of its own.
    { hooks, disableDeepLinkRegistration: 'disable' },
  );
  // After the rest, which makes the folder.
  if (tools !== undefined) await writeFile(file, serverConfig(tools), { mode: 0o600 });
  const remove = () => rm(file, { force: true });
  // The CLI has read it then, and nobody else needs to.
  request
    .toolsReached?.()
    .then(remove)
    .catch(() => undefined);
  const { cli } = launch;
  return {
    ...launch,
    cli: {
      ...cli,
      environment: {
        ...withoutProxyToUs(cli.environment),
        TERM: 'xterm-256color',
        COLORTERM: 'truecolor',
        // The person trusts the workspace; of the repository's own settings nothing is read.
        CLAUDE_CODE_SANDBOXED: '1',
      },
    },
    dispose: async () => {
      await remove();
      await launch.dispose();
    },
  };
}

/** Readable by the person alone, and gone before the agent does anything. */
function serverConfig({ url, token }: ToolEndpoint): string {
  const headers = { Authorization: `Bearer ${token}` };
  return JSON.stringify({
    mcpServers: { [toolServerName]: { type: 'http', url, headers, timeout: 900_000, alwaysLoad: true } },
  });
}
