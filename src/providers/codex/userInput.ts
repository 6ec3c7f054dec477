import * as z from 'zod';
import type { ServerQuestion } from './approvals.ts';

const userInputSchema = z.looseObject({
  questions: z.array(
    z.looseObject({
      id: z.string(),
      header: z.string().default(''),
      question: z.string(),
      isSecret: z.boolean().default(false),
      options: z.array(z.looseObject({ label: z.string(), description: z.string().default('') })).nullish(),
    }),
  ),
});
type Asked = z.infer<typeof userInputSchema>['questions'][number];

const noSecrets =
  'AgentDock does not pass on secrets, since it keeps all answers. Go on without it, or say how the person can give it to you in another way.';

/** A question of the model that its turn waits for. */
export function readUserInput(params: unknown): ServerQuestion {
  const read = userInputSchema.safeParse(params);
  if (!read.success) return { kind: 'unknown' };
  const { questions } = read.data;
  const answer = (answers: readonly string[]): unknown => ({
    answers: Object.fromEntries(questions.map(({ id }, index) => [id, { answers: [answers[index] ?? ''] }])),
  });
  if (questions.some(({ isSecret }) => isSecret)) {
    return {
      kind: 'refused',
      notice: 'Codex asked for a secret, which AgentDock does not pass on.',
      answer: answer(questions.map(() => noSecrets)),
    };
  }
  return { kind: 'question', request: { questions: questions.map(toQuestion) }, answer };
}

function toQuestion({ question, header, options }: Asked) {
  return {
    question,
    ...(header === '' ? {} : { header }),
    options: (options ?? []).map(({ label, description }) =>
      description === '' ? { label } : { label, description },
    ),
    multiple: false,
  };
}
