import { repeatSafely } from '../client/repeatSafely.ts';
import type { ListedProvider } from '../contracts/provider.ts';
import type { PermissionMode, Thread } from '../contracts/thread.ts';
import type { ToolArgs } from '../contracts/tools.ts';
import { runsInPty } from '../core/runsInPty.ts';
import { t } from '../vscode/localize.ts';
import { confirm } from '../vscode/notifications.ts';
import { back, inputStep, notEmpty, runSteps, type StepPlace } from '../vscode/quickSteps.ts';
import { readUserSettings } from '../vscode/settings.ts';
import { chooseFolder } from './chooseFolder.ts';
import type { CommandContext } from './commandContext.ts';
import { folderStep } from './folderStep.ts';
import { modeStep } from './modeStep.ts';
import { placeStep } from './placeStep.ts';
import { promptStep } from './promptStep.ts';
import { providerStep } from './providerStep.ts';
import { withAnotherTry } from './withAnotherTry.ts';

type Role = Thread['role'];

interface Draft {
  readonly role: Role;
  agent: Pick<ListedProvider, 'provider' | 'permission_modes' | 'native_terminal'>;
  taskName: string;
  prompt: string;
  workingDir: string;
  mode: PermissionMode;
  /** In its own terminal program. */
  native: boolean;
}

export function spawnWorker(context: CommandContext, argument: unknown): Promise<void> {
  return spawnThread(context, argument, 'worker');
}

/** A master gets a goal, and splits it into the work of others. */
export function startMaster(context: CommandContext, argument: unknown): Promise<void> {
  return spawnThread(context, argument, 'master');
}

/** Asks for everything a thread needs, spawns it and shows its terminal. */
async function spawnThread(context: CommandContext, argument: unknown, role: Role): Promise<void> {
  const folder = await chooseFolder(context, argument);
  const draft: Draft = {
    role,
    agent: { provider: 'codex' },
    taskName: '',
    prompt: '',
    workingDir: '.',
    mode: readUserSettings().default_permission_mode ?? 'ask',
    native: false,
  };
  /** Puts an answer into the draft; *back* leaves it as it is. */
  const ask =
    <Name extends Exclude<keyof Draft, 'role'>>(
      name: Name,
      step: (place: StepPlace) => Promise<Draft[Name] | typeof back>,
    ) =>
    async (place: StepPlace) => {
      const answer = await step(place);
      if (answer !== back) draft[name] = answer;
      return answer;
    };
  const questions = [
    ask('agent', place =>
      providerStep(folder, place, { preset: draft.agent.provider, isMaster: role === 'master' }),
    ),
    ask('taskName', place =>
      inputStep(place, {
        prompt: role === 'master' ? t('A short name for the goal') : t('A short name for the task'),
        placeholder: role === 'master' ? t('for example: next release') : t('for example: settings page'),
        value: draft.taskName,
        typed: text => {
          draft.taskName = text;
        },
        check: checkName,
      }),
    ),
    ask('prompt', place =>
      promptStep(context, place, {
        question: promptQuestion(draft),
        begun: draft.prompt,
        typed: text => {
          draft.prompt = text;
        },
      }),
    ),
    ask('workingDir', place => folderStep(folder, place)),
    // What a person has a shell run is held by nothing: there is no permission to choose.
    ask('mode', async place =>
      runsInPty(draft.agent) ? draft.mode : modeStep(place, draft.mode, draft.agent.permission_modes),
    ),
    ...(role === 'master'
      ? [ask('native', async place => draft.agent.native_terminal === true && placeStep(place, draft.native))]
      : []),
  ];
  const call = repeatSafely((args: ToolArgs<'spawn_thread'>) => folder.client.call('spawn_thread', args));
  const spawned = await withAnotherTry(
    context,
    () => runSteps(role === 'master' ? t('Start Master') : t('Spawn Worker'), questions),
    () => spawn(draft, call),
  );
  if (spawned === undefined) return;
  if (draft.native) await context.terminals.showNative(folder, spawned.thread_id);
  else await context.terminals.show(folder, spawned.thread_id, true);
}

async function spawn<Result>(
  draft: Draft,
  call: (args: ToolArgs<'spawn_thread'>) => Promise<Result>,
): Promise<Result | undefined> {
  const isProgram = runsInPty(draft.agent);
  const isConfirmed = draft.mode !== 'full' || isProgram || readUserSettings().confirm_full === false;
  if (!isConfirmed && !(await confirmFull(draft))) return undefined;
  return await call({
    // A busy host of an earlier version knows workers alone.
    ...(draft.role === 'master' ? { role: draft.role } : {}),
    task_name: draft.taskName.trim(),
    provider: draft.agent.provider,
    prompt: draft.prompt,
    working_dir: draft.workingDir,
    ...(isProgram ? {} : { permission_mode: draft.mode }),
    ...(draft.native ? { native: true } : {}),
  });
}

function promptQuestion({ role, agent }: Draft): string {
  if (role === 'master') return t('What is the goal?');
  return runsInPty(agent) ? t('What should the shell run?') : t('What should it do?');
}

function checkName(value: string): string | undefined {
  return value.trim().length > 100 ? t('Expected at most 100 characters') : notEmpty(value);
}

function confirmFull({ role, taskName }: Draft): Promise<boolean> {
  return confirm(
    t('Give “{0}” full access?', taskName.trim()),
    t('It may run any command and change any file of yours without asking, also outside this workspace.'),
    role === 'master' ? t('Start with Full Access') : t('Spawn with Full Access'),
  );
}
