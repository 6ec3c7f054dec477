import type { Mind } from '../models/plan.ts';
import { type Memory, memoryOf, type News } from './memory.ts';
import { providers, type RealProvider } from './turns.ts';

/** Whose worker does what. */
export interface Cast {
  readonly asks: RealProvider;
  readonly needs: RealProvider;
  readonly builds: RealProvider;
}
type Role = keyof Cast;

/** All three have a part; who is `first` builds. */
export function rotate(first: number): Cast {
  const at = (index: number) => providers[(first + index) % providers.length] ?? 'codex';
  return { asks: at(1), needs: at(2), builds: at(0) };
}

export const goal = 'Build the settings page with three workers.';
const improving = 'Improve the form.';
/** The file whose writing needs a permission. */
export const sideEffect = 'set-up.txt';
/** Where workers wait. */
export const gates = ['ask', 'build', 'improve'] as const;
/** The last words of each worker. */
export const lastWords = {
  asks: 'I take sqlite.',
  needs: 'The set-up is over.',
  builds: 'The form is better now.',
} as const satisfies Record<Role, string>;
export const roles: readonly Role[] = ['asks', 'needs', 'builds'];

const tasks: Readonly<Record<Role, string>> = {
  asks: 'Choose the database, and ask when in doubt.',
  needs: 'Write the set-up file.',
  builds: 'Build the form.',
};
const built = 'The form is built.';

const tool = (name: string, args: object) => `mcp agentdock ${name} ${JSON.stringify(args)}`;

/**
 * What the models of the master and of its workers do, from all that they find in their conversations: spawn three workers,
 * answer the one that asks, give the one that builds a second prompt, resume who was cut, and report once all that was wanted is
 * there. Each goes on where it was, whenever it was cut. The gates hold a worker, for those who want to see its master at rest.
 */
export function mindsOf(cast: Cast): Mind {
  return conversation => {
    const memory = memoryOf(conversation);
    const steps = memory.wasAsked(goal) ? lead(memory, cast) : work(memory);
    return steps?.join('\n');
  };
}

function lead(memory: Memory, cast: Cast): readonly string[] {
  for (const role of roles) {
    if (memory.did(`story-${role}`)) continue;
    const task = { task_name: role, provider: cast[role], prompt: tasks[role], permission_mode: 'ask' };
    return [tool('spawn_thread', { ...task, idempotency_key: `story-${role}` })];
  }
  const question = memory.news.find(({ request }) => request !== undefined && !memory.did(request));
  if (question !== undefined) {
    const { thread, request, text } = question;
    // It chooses among what it was offered.
    const [, choice = 'nothing'] = /- (sqlite)\n/.exec(text) ?? [];
    return [tool('answer_thread', { thread_id: thread, request_id: request, answers: [choice] })];
  }
  const ends = roles.flatMap(
    role => memory.news.findLast(({ name, outcome }) => name === role && outcome) ?? [],
  );
  for (const end of ends) {
    const next = nextPrompt(end, memory);
    if (next !== undefined && !memory.did(next.key)) {
      const args = { thread_id: end.thread, additional_prompt: next.prompt, idempotency_key: next.key };
      return [tool('resume_thread', args)];
    }
  }
  const isDone = roles.every(role =>
    ends.some(({ name, text }) => name === role && text.includes(lastWords[role])),
  );
  if (!isDone) return ['say Noted.'];
  const summary = 'The settings page is there.';
  return memory.did(summary) ? ['say It is done.'] : [tool('report', { summary, outcome: 'done' })];
}

function nextPrompt(
  { id, name, outcome, text }: News,
  memory: Memory,
): { readonly key: string; readonly prompt: string } | undefined {
  if (outcome !== 'completed') {
    const hasBuilt = memory.news.some(one => one.text.includes(built));
    const task = name === 'builds' && hasBuilt ? improving : tasks[name as Role];
    return { key: `again-${id}`, prompt: `You were cut. Go on: ${task}` };
  }
  return text.includes(built) ? { key: 'story-improve', prompt: improving } : undefined;
}

function work(memory: Memory): readonly string[] | undefined {
  if (memory.wasAsked(tasks.asks)) {
    const [, answer] = /Answer to your question.*\n`{3,}text\n(.*)\n/.exec(memory.heard) ?? [];
    if (answer !== undefined) return [`say I take ${answer}.`];
    if (memory.didSinceAsked('pg or sqlite?')) return ['say I wait for the answer.'];
    return ['gate ask', tool('ask', { question: 'pg or sqlite?', options: ['pg', 'sqlite'] })];
  }
  if (memory.wasAsked(tasks.needs)) {
    // Claude Code does not write over a file that it has not read: it is there.
    const isWritten = memory.did(sideEffect, /success|not been read/i);
    return isWritten ? [`say ${lastWords.needs}`] : [`write ${sideEffect} yes`];
  }
  if (memory.wasAsked(improving)) return ['gate improve', `say ${lastWords.builds}`];
  return memory.wasAsked(tasks.builds) ? ['gate build', `say ${built}`] : undefined;
}
