import type { ProviderHealth } from '../contracts/provider.ts';
import type { EffectiveSettings } from '../contracts/settings.ts';
import type { Thread } from '../contracts/thread.ts';
import { toolServerName } from '../contracts/toolEndpoint.ts';
import { toolsOf } from '../tools/mcp/offeredTools.ts';
import { serverInstructions } from '../tools/mcp/serverInstructions.ts';
import type { KnownHealth } from './knownHealth.ts';
import { listSkills } from './listSkills.ts';
import { readDockText } from './readDockText.ts';

export interface InstructionsOptions {
  readonly workspace: string;
  readonly thread: Thread;
  /** What its permission mode really does at its provider. */
  readonly permissionMeans: string;
  /** Its provider loads AgentDock's tools. */
  readonly hasTools: boolean;
  /** When news wake a master. */
  readonly wake: EffectiveSettings['wake_master'];
  /** Asked for a master only. */
  readonly health: KnownHealth;
}

/** Bytes of `agent.md` and of `soul.md` that reach an agent. */
const textLimit = 16_000;
/** Characters of what is wrong with a provider. */
const messageLimit = 200;

/** What AgentDock tells an agent about its place; beside the provider's own system prompt. */
export async function composeInstructions(options: InstructionsOptions): Promise<string> {
  const { workspace, thread, hasTools } = options;
  const leads = thread.role === 'master';
  const parts = [
    place(thread),
    leads ? masterWork : workerWork,
    ...(hasTools ? [] : [leads ? masterEnd : workerEnd]),
    permission(options),
    ...(hasTools ? [toolsText(thread, options.wake)] : []),
    ...(hasTools && leads ? [providersText(await options.health())] : []),
    lastTurn(thread),
    await skillsText(workspace),
    ...(leads ? [await dockFile(workspace, 'agent.md')] : []),
    await dockFile(workspace, 'soul.md'),
  ];
  return parts.filter(part => part !== '').join('\n\n');
}

const masterWork =
  'You lead. Split the goal into tasks that one worker can finish and check by itself, start a worker for each, ' +
  'judge what comes back, and have corrected what is not good. What is quicker done than explained, do yourself. ' +
  'Nobody reads along while you work.';

const workerWork =
  'Work on your own until the task is done. Nobody reads along while you work. Of threads that you start from your ' +
  'shell nothing comes to you by itself: wait for them there, with `manage_threads.sh wait` or `agentdock wait`, ' +
  'before you end your turn. Where that says that they wait for the slot of your own turn, end it.';

/** Who has the tools reports with them instead. */
const masterEnd = 'Your last message is what the person reads.';
const workerEnd =
  'Your last message is your report: say in it what you did, what you checked and what is left.';

const wording = { failed: 'ended by an error', interrupted: 'interrupted', cancelled: 'cancelled' } as const;

function place({ role, id, task_name, parent_id }: Thread): string {
  const from = parent_id === undefined ? '' : ` It was started by thread ${parent_id}.`;
  return `You are the ${role} thread ${id} of AgentDock, working on "${task_name}".${from}`;
}

function permission({ thread, permissionMeans }: InstructionsOptions): string {
  return [
    `Your permission mode is ${thread.permission_mode}.`,
    permissionMeans,
    'Where it asks, the person is asked and you wait for the answer; what is refused is refused with a reason: go on ' +
      'without it where you can, else say in your report what you need.',
  ]
    .filter(sentence => sentence !== '')
    .join(' ');
}

function toolsText({ role }: Thread, wake: InstructionsOptions['wake']): string {
  const names = toolsOf(role, wake).map(({ name }) => name);
  return [
    `AgentDock’s tools, of the MCP server ${toolServerName}: ${names.join(', ')}. ` +
      'Where your tools show only when you search for them, search for these names.',
    serverInstructions(role, wake),
  ].join('\n');
}

function providersText(health: readonly ProviderHealth[] | undefined): string {
  if (health === undefined) return 'list_providers says which agent CLIs are ready.';
  const ready = health.filter(({ status }) => status !== 'offline').map(providerText);
  if (ready.length === 0) return 'No agent CLI was ready when this turn began; list_providers says why.';
  return `Providers that were ready when this turn began: ${ready.join('; ')}.`;
}

function providerText({ provider, status, message }: ProviderHealth): string {
  return status === 'healthy' ? provider : `${provider} (degraded: ${message.slice(0, messageLimit)})`;
}

function lastTurn({ last_outcome: outcome }: Thread): string {
  if (outcome === undefined || outcome === 'completed') return '';
  return (
    `Your previous turn was ${wording[outcome]} before it was complete: tool calls of that turn may ` +
    'have run in part. Look at the files before you rely on them.'
  );
}

async function skillsText(workspace: string): Promise<string> {
  const skills = await listSkills(workspace);
  if (skills.length === 0) return '';
  const lines = skills.map(({ path, description }) =>
    description === undefined ? `- ${path}` : `- ${path}: ${description}`,
  );
  return [
    'Skills of this workspace, relative to its folder. Run a script, and read a SKILL.md before you use it:',
    ...lines,
  ].join('\n');
}

async function dockFile(workspace: string, name: string): Promise<string> {
  const found = await readDockText(workspace, [name], textLimit);
  const text = found?.text.trim() ?? '';
  if (text === '' || found?.isCut !== true) return text;
  return `${text}\n\n(This is cut: .agentdock/${name} goes on.)`;
}
