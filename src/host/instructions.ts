import { join } from 'node:path';
import type { Thread } from '../contracts/thread.ts';
import { readSmallFile } from './readSmallFile.ts';

/** Characters of `soul.md` that reach an agent. */
const soulLimit = 16_000;

/** What AgentDock tells an agent about its place; beside the provider's own system prompt. */
export async function composeInstructions(workspace: string, thread: Thread): Promise<string> {
  const soul = await readSmallFile(join(workspace, '.agentdock', 'soul.md'), 4 * soulLimit).catch(() => '');
  const parts = [
    `You are the ${thread.role} thread ${thread.id} of AgentDock, working on "${thread.task_name}".`,
    'Work on your own until the task is done. Nobody reads along while you work: your last message is your report. ' +
      'Say in it what you did, what you checked and what is left.',
    `Your permission mode is ${thread.permission_mode}. A request for a permission that nobody can be asked for is ` +
      'refused with a reason: go on without it where you can, else say in your report what you need.',
  ];
  if (thread.last_outcome !== undefined && thread.last_outcome !== 'completed') {
    parts.push(
      `Your previous turn was ${wording[thread.last_outcome]} before it was complete: tool calls of that turn may ` +
        'have run in part. Look at the files before you rely on them.',
    );
  }
  if (soul.trim() !== '') parts.push(soul.slice(0, soulLimit).trim());
  return parts.join('\n\n');
}

const wording = { failed: 'ended by an error', interrupted: 'interrupted', cancelled: 'cancelled' } as const;
