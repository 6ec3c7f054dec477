import * as z from 'zod';
import type { QuestionAnswer, QuestionRequest } from '../driver.ts';

/** The input of `AskUserQuestion`. */
const inputSchema = z.looseObject({
  questions: z.array(
    z.looseObject({
      question: z.string(),
      header: z.string().optional(),
      options: z.array(z.looseObject({ label: z.string(), description: z.string().optional() })).default([]),
      multiSelect: z.boolean().default(false),
    }),
  ),
});
type AskedInput = z.infer<typeof inputSchema>;

export interface Asked {
  readonly request: QuestionRequest;
  /** The input of the call once it is answered: the CLI makes its result of it. */
  readonly answered: (answer: QuestionAnswer) => object;
}

/** Undefined for an input that asks nothing. */
export function readQuestions(input: unknown): Asked | undefined {
  const parsed = inputSchema.safeParse(input);
  if (!parsed.success || parsed.data.questions.length === 0) return undefined;
  const { questions } = parsed.data;
  return {
    request: {
      questions: questions.map(({ question, header, options, multiSelect }) => ({
        question,
        ...(header === undefined ? {} : { header }),
        options: options.map(({ label, description }) =>
          description === undefined ? { label } : { label, description },
        ),
        multiple: multiSelect,
      })),
    },
    answered: ({ answers }) => ({ ...parsed.data, answers: answersOf(questions, answers) }),
  };
}

/** By the question's own text; several chosen options in one line, as the CLI's own dialog joins them. */
function answersOf(questions: AskedInput['questions'], answers: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    questions.map(({ question, multiSelect }, index) => {
      const answer = answers[index] ?? '';
      return [question, multiSelect ? answer.split('\n').join(', ') : answer];
    }),
  );
}
