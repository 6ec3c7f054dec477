import type { AgentRequest, Question } from '../contracts/agentRequest.ts';
import { cutText } from './cutText.ts';

/** A request with its texts read. */
export interface ReadRequest extends Pick<AgentRequest, 'kind' | 'tool' | 'questions'> {
  readonly detail: string;
  readonly diff?: string | undefined;
}

/** Of a command, so that the change it would make has room in the same digest. */
const longestDetail = 2_000;
const longestDiff = 1_500;

/** What a thread waits for, for its master: each question with its options, or what a permission is for. */
export function requestWords({ kind, tool, questions, detail, diff }: ReadRequest): string {
  if (kind === 'question') return questions.length > 0 ? questions.map(questionWords).join('\n') : detail;
  return [
    ...(tool === undefined ? [] : [`Tool: ${tool}`]),
    cutText(detail, longestDetail),
    ...(diff === undefined ? [] : [`It would change:\n${cutText(diff, longestDiff)}`]),
  ].join('\n');
}

function questionWords({ question, options, multiple }: Question, index: number): string {
  const several = multiple ? ' (several may be chosen)' : '';
  const labels = options.map(
    ({ label, description }) => `   - ${label}${description === undefined ? '' : `: ${description}`}`,
  );
  return [`${index + 1}. ${question}${several}`, ...labels].join('\n');
}
