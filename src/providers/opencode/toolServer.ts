import { createHash } from 'node:crypto';
import { DockError, toToolError } from '../../contracts/errors.ts';
import { type ToolEndpoint, toolServerName } from '../../contracts/toolEndpoint.ts';
import type { OpencodeApi } from './api.ts';

/** What the names of all threads' tools begin with. */
export const toolPrefix = `${toolServerName}_`;

const nameLength = 8;

/**
 * The name of the MCP server that stands for a thread's tools; OpenCode puts it before the name of each. One server
 * process serves many threads of one folder, so each has its own; it stays the same from turn to turn, as the tools'
 * names do in the transcript.
 */
export function toolServerOf(threadId: string): string {
  const hash = createHash('sha256').update(threadId).digest('hex').slice(0, nameLength);
  return `${toolPrefix}${hash}`;
}

/** Tells the agent what its tools are called here. */
export function toolsText(server: string): string {
  return (
    `The names of AgentDock’s tools begin with \`${server}_\` in this session: what AgentDock calls \`report\` is your ` +
    `tool \`${server}_report\`, and so on for each of them.`
  );
}

export interface ToolLoad {
  readonly api: Pick<OpencodeApi, 'addTools' | 'removeTools'>;
  readonly directory: string;
  readonly threadId: string;
}

/** Makes OpenCode connect to the endpoint. Whatever had the name before is replaced. */
export async function loadTools(load: ToolLoad, endpoint: ToolEndpoint): Promise<void> {
  const name = toolServerOf(load.threadId);
  let status: { readonly status: string; readonly error?: string | undefined } | undefined;
  try {
    status = (await load.api.addTools(load.directory, name, endpoint))[name];
  } catch (cause) {
    throw unavailable(toToolError(cause).message, cause);
  }
  if (status?.status !== 'connected') throw unavailable(status?.error ?? status?.status ?? 'it is not there');
}

/**
 * OpenCode has no way to take an entry out. This one stays without the token and switched off, until the server ends
 * or the thread's next turn fills it again.
 */
export async function unloadTools(load: ToolLoad): Promise<void> {
  await load.api.removeTools(load.directory, toolServerOf(load.threadId));
}

function unavailable(why: string, cause?: unknown): DockError {
  return new DockError('tools_unavailable', `OpenCode could not load AgentDock’s tools: ${why}`, {
    hint: 'Nothing was sent to the model. Resume the thread; if it fails again, restart the AgentDock host.',
    cause,
  });
}
