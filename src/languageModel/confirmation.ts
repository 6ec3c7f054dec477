import { providerIds } from '../contracts/ids.ts';
import { type PermissionMode, permissionModes, type Thread } from '../contracts/thread.ts';
import type { OutsideTool } from '../core/outsideTools.ts';
import { wholeCharacters } from '../core/wholeCharacters.ts';
import { permissionMeaning, permissionText } from '../views/permissionText.ts';
import { providerName } from '../views/providerName.ts';
import { safeLine, safeText } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';

/** What is asked before a tool does something. All of it may be a model's words: who shows it escapes it. */
export interface Confirmation {
  readonly title: string;
  readonly facts: Facts;
  /** The beginning of what the agent is going to read. */
  readonly text: string | undefined;
}

type Facts = readonly (readonly [label: string, value: string])[];

/** What is known of the place the call goes to. */
export interface Scene {
  /** Named where several are open. */
  readonly folder: string | undefined;
  /** The thread that the call names. */
  readonly thread: Thread | undefined;
  /** What a worker gets whose mode is not said. */
  readonly defaultMode: PermissionMode | undefined;
}

type Input = Readonly<Record<string, unknown>>;

/** Characters of a prompt that are shown; the rest is counted. */
const shownLength = 1_000;

/** The question before a call that starts, resumes, tells, answers or cancels; undefined for one that only reads. */
export function confirmationOf(
  tool: OutsideTool['name'],
  input: Input,
  scene: Scene,
): Confirmation | undefined {
  const about = [...threadFacts(input, scene), ...folderFact(scene)];
  const task = safeLine(scene.thread?.task_name ?? word(input, 'thread_id'), 100);
  switch (tool) {
    case 'spawn_thread':
      return {
        title: t('Start a worker: {0} – “{1}”?', agentOf(input), safeLine(word(input, 'task_name'), 100)),
        facts: [...spawnFacts(input, scene), ...folderFact(scene)],
        text: beginning(word(input, 'prompt')),
      };
    case 'resume_thread':
      return {
        title: t('Give “{0}” its next prompt?', task),
        facts: about,
        text: beginning(word(input, 'additional_prompt')),
      };
    case 'send_message':
      return {
        title: t('Send a message to “{0}”?', task),
        facts: about,
        text: beginning(word(input, 'text')),
      };
    case 'answer_thread':
      return {
        title: t('Answer “{0}”?', task),
        facts: [...answerFacts(input, scene), ...about],
        text: beginning(words(input, 'answers').join('\n')),
      };
    case 'cancel_thread':
      return {
        title: t('Cancel “{0}”?', task),
        facts: [[t('Effect'), t('It and all below it stop, with every process.')], ...about],
        text: undefined,
      };
    default:
      return undefined;
  }
}

function spawnFacts(input: Input, { defaultMode }: Scene): Facts {
  const given = word(input, 'permission_mode');
  const mode = given === '' ? defaultMode : permissionModes.find(known => known === given);
  const agent = [agentOf(input), word(input, 'model'), word(input, 'effort')].filter(part => part !== '');
  return [
    [t('Agent'), agent.join(' · ')],
    [t('Permission'), mode === undefined ? given || t('As the settings say') : modeText(mode)],
    [t('Folder'), word(input, 'working_dir') || '.'],
  ];
}

function threadFacts(input: Input, { thread }: Scene): Facts {
  const named: Facts = [[t('Thread'), word(input, 'thread_id')]];
  if (thread === undefined) return named;
  return [
    [t('Agent'), providerName(thread.provider)],
    [t('Permission'), modeText(thread.permission_mode)],
    [t('Folder'), thread.working_dir],
    ...named,
  ];
}

function answerFacts(input: Input, { thread }: Scene): Facts {
  const asked = thread?.requests.find(({ id }) => id === input['request_id'])?.title;
  const decision = word(input, 'decision');
  return [
    [t('Question'), asked ?? word(input, 'request_id')],
    ...(decision === '' ? [] : [[t('Decision'), decision] as const]),
  ];
}

function folderFact({ folder }: Scene): Facts {
  return folder === undefined ? [] : [[t('Workspace folder'), folder]];
}

function modeText(mode: PermissionMode): string {
  return `${permissionText(mode)} – ${permissionMeaning(mode)}`;
}

function agentOf(input: Input): string {
  const given = word(input, 'provider');
  const provider = providerIds.find(known => known === given);
  return provider === undefined ? safeLine(given, 40) : providerName(provider);
}

function beginning(whole: string): string | undefined {
  const text = safeText(whole);
  if (text.length <= shownLength) return text === '' ? undefined : text;
  const rest = t('({0} more characters)', text.length - shownLength);
  return `${wholeCharacters(text.slice(0, shownLength))}…\n${rest}`;
}

/** VS Code may hand over what a model made up. */
function word(input: Input, name: string): string {
  const value = input[name];
  return typeof value === 'string' ? value : '';
}

function words(input: Input, name: string): readonly string[] {
  const value: unknown = input[name];
  return Array.isArray(value) ? value.filter(one => typeof one === 'string') : [];
}
