import type { AgentRequest, PermissionRule, Question } from '../contracts/agentRequest.ts';
import type { Thread } from '../contracts/thread.ts';
import type { ToolArgs } from '../contracts/tools.ts';
import { t } from '../vscode/localize.ts';
import { knownText } from './knownText.ts';
import { safeLine } from './safeText.ts';

/** What `answer_thread` takes beside the ids. */
export type Answer = Pick<ToolArgs<'answer_thread'>, 'answers' | 'decision' | 'reason'>;

type Asked = Pick<AgentRequest, 'detail' | 'questions'>;

/** What is asked; a request that names no questions is one question without options. */
export function questionsOf({ questions, detail }: Asked): readonly Question[] {
  if (questions.length > 0) return questions;
  return [{ question: knownText(detail), options: [], multiple: false }];
}

/** What *allow for this thread* would let pass from then on. */
export function ruleText({ tool, subject }: PermissionRule): string {
  return subject === undefined
    ? t('everything of {0}', safeLine(tool, 60))
    : `${safeLine(tool, 60)}: ${safeLine(subject, 400)}`;
}

/** The request to answer first: one that holds the turn comes before a question that was only left. */
export function firstRequest({ requests }: Pick<Thread, 'requests'>): AgentRequest | undefined {
  return requests.find(({ detached }) => !detached) ?? requests[0];
}

/**
 * The labels of the options that the numbers in `text` name; undefined where it is something else: an answer in the
 * person's own words.
 */
export function chosenOptions(text: string, { options, multiple }: Question): readonly string[] | undefined {
  if (!/^\d+(?:[\s,]+\d+)*$/.test(text)) return undefined;
  const labels = text.split(/[\s,]+/).map(number => options[Number(number) - 1]?.label);
  const known = labels.filter(label => label !== undefined);
  if (known.length < labels.length || (known.length > 1 && !multiple)) return undefined;
  return [...new Set(known)];
}
