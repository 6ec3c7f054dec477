import type { RealProvider } from './turns.ts';

/** Whose worker does what. */
export interface Cast {
  readonly asks: RealProvider;
  readonly needs: RealProvider;
  readonly builds: RealProvider;
}

export const goal = 'Build the settings page with three workers.';
export const asking = 'Choose the database, and ask when in doubt.';
export const needing = 'Write the set-up file.';
export const building = 'Build the form.';
export const improving = 'Improve the form.';
/** The file whose writing needs a permission. */
export const sideEffect = 'set-up.txt';

const tool = (name: string, args: object) => `mcp agentdock ${name} ${JSON.stringify(args)}`;

/**
 * What the models of the master and of its workers do, from the prompt alone: spawn three workers, answer the one that
 * asks, give the one that builds a second prompt, and report once all that was wanted is there. The gates hold a worker until the master
 * rests: a scripted model cannot react to news that come with the reply to its own call.
 */
export function scriptFor(cast: Cast): (prompt: string) => string | undefined {
  const spawn = (task_name: string, provider: RealProvider, prompt: string, permission_mode: string) =>
    tool('spawn_thread', { task_name, provider, prompt, permission_mode });
  const scripts: Readonly<Record<string, readonly string[]>> = {
    [goal]: [
      spawn('asks', cast.asks, asking, 'ask'),
      spawn('needs', cast.needs, needing, 'ask'),
      spawn('builds', cast.builds, building, 'ask'),
      'say All three are at work.',
    ],
    [asking]: ['gate ask', tool('ask', { question: 'pg or sqlite?' }), 'say I wait for the answer.'],
    [needing]: [`write ${sideEffect} yes`, 'say The set-up is over.'],
    [building]: ['gate build', 'say The form is built.'],
    [improving]: ['gate improve', 'say The form is better now.'],
  };
  return prompt => (scripts[prompt.trim()] ?? reactionTo(prompt))?.join('\n');
}

/** Of a master to news, of a worker to an answer. */
function reactionTo(prompt: string): readonly string[] | undefined {
  if (!prompt.startsWith('AgentDock:')) return undefined;
  const steps: string[] = [];
  if (prompt.includes('Answer to your question')) {
    steps.push(`say I take ${/\n`{3,}text\n(.*)\n/.exec(prompt)?.[1] ?? 'nothing'}.`);
  }
  for (const [, thread = '', request_id = ''] of prompt.matchAll(
    /thread_id (\S+), request_id (\S+?)\.?$/gm,
  )) {
    steps.push(tool('answer_thread', { thread_id: thread, request_id, answers: ['sqlite'] }));
  }
  for (const part of prompt.split('\n\n[msg-')) {
    const [, thread = ''] = /thread (thread-\S+)/.exec(part) ?? [];
    if (part.includes('The form is built.')) {
      steps.push(tool('resume_thread', { thread_id: thread, additional_prompt: improving }));
    }
    if (part.includes('The form is better now.')) {
      steps.push(tool('report', { summary: 'The settings page is there.', outcome: 'done' }));
    }
  }
  return [...steps, 'say Noted.'];
}
