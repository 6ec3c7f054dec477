import { repeatSafely } from '../client/repeatSafely.ts';
import type { ListedProvider } from '../contracts/provider.ts';
import type { PermissionMode } from '../contracts/thread.ts';
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
import { promptStep } from './promptStep.ts';
import { providerStep } from './providerStep.ts';
import { withAnotherTry } from './withAnotherTry.ts';

interface Draft {
  agent: Pick<ListedProvider, 'provider' | 'permission_modes'>;
  taskName: string;
  prompt: string;
  workingDir: string;
  mode: PermissionMode;
}

/** Asks for everything a worker needs, spawns it and shows its terminal. */
export async function spawnWorker(context: CommandContext, argument: unknown): Promise<void> {
  const folder = await chooseFolder(context, argument);
  const draft: Draft = {
    agent: { provider: 'codex' },
    taskName: '',
    prompt: '',
    workingDir: '.',
    mode: readUserSettings().default_permission_mode ?? 'ask',
  };
  /** Puts an answer into the draft; *back* leaves it as it is. */
  const ask =
    <Name extends keyof Draft>(name: Name, step: (place: StepPlace) => Promise<Draft[Name] | typeof back>) =>
    async (place: StepPlace) => {
      const answer = await step(place);
      if (answer !== back) draft[name] = answer;
      return answer;
    };
  const questions = [
    ask('agent', place => providerStep(folder, place, draft.agent.provider)),
    ask('taskName', place =>
      inputStep(place, {
        prompt: t('A short name for the task'),
        placeholder: t('for example: settings page'),
        value: draft.taskName,
        typed: text => {
          draft.taskName = text;
        },
        check: checkName,
      }),
    ),
    ask('prompt', place =>
      promptStep(context, place, {
        question: promptQuestion(draft.agent),
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
  ];
  const call = repeatSafely((args: ToolArgs<'spawn_thread'>) => folder.client.call('spawn_thread', args));
  const spawned = await withAnotherTry(
    context,
    () => runSteps(t('Spawn Worker'), questions),
    () => spawn(draft, call),
  );
  if (spawned !== undefined) await context.terminals.show(folder, spawned.thread_id, true);
}

async function spawn<Result>(
  draft: Draft,
  call: (args: ToolArgs<'spawn_thread'>) => Promise<Result>,
): Promise<Result | undefined> {
  const isProgram = runsInPty(draft.agent);
  if (draft.mode === 'full' && !isProgram && !(await confirmFull(draft.taskName))) return undefined;
  return await call({
    task_name: draft.taskName.trim(),
    provider: draft.agent.provider,
    prompt: draft.prompt,
    working_dir: draft.workingDir,
    ...(isProgram ? {} : { permission_mode: draft.mode }),
  });
}

function promptQuestion(agent: Draft['agent']): string {
  return runsInPty(agent) ? t('What should the shell run?') : t('What should it do?');
}

function checkName(value: string): string | undefined {
  return value.trim().length > 100 ? t('Expected at most 100 characters') : notEmpty(value);
}

function confirmFull(taskName: string): Promise<boolean> {
  return confirm(
    t('Give “{0}” full access?', taskName.trim()),
    t('It may run any command and change any file of yours without asking, also outside this workspace.'),
    t('Spawn with Full Access'),
  );
}
