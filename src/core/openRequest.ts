import type { AgentRequest } from '../contracts/agentRequest.ts';
import type { TextRef } from '../contracts/text.ts';
import type { ThreadSummary } from '../contracts/threadSummary.ts';
import { cutQuestion } from './cutQuestion.ts';
import { cutText } from './cutText.ts';
import { definedOnly } from './definedOnly.ts';

/** Characters of each text of a request in a list. */
export const longestInList = 2_000;

/** What a thread waits for, with so many characters of each text; of one in a side file its head. */
export function openRequest(
  { id, kind, title, tool, detail, diff, rule, questions, opened_at }: AgentRequest,
  longest = longestInList,
): ThreadSummary['requests'][number] {
  const isLong = (ref: TextRef) => 'file' in ref || ref.text.length > longest;
  const isCut =
    isLong(detail) ||
    (diff !== undefined && isLong(diff)) ||
    questions.some(({ question }) => question.length > longest);
  return {
    request_id: id,
    kind,
    title,
    ...definedOnly({ tool }),
    detail: beginning(detail, longest),
    ...(diff === undefined ? {} : { diff: beginning(diff, longest) }),
    truncated: isCut,
    can_allow_thread: rule !== undefined,
    questions: questions.map(question => cutQuestion(question, longest)),
    opened_at,
  };
}

function beginning(ref: TextRef, longest: number): string {
  return 'text' in ref ? cutText(ref.text, longest) : `${ref.head}\n…`;
}
