import { longestQuestion, type Question } from '../contracts/agentRequest.ts';
import { cutText } from './cutText.ts';
import { definedOnly } from './definedOnly.ts';

const mostOptions = 50;
const longestLabel = 200;
const longestDescription = 500;

/** The questions of a request as its thread holds them: they stand in the journal and with every client. */
export function boundQuestions(questions: readonly Question[]): Question[] {
  const longest = Math.floor(longestQuestion / Math.max(1, questions.length));
  return questions.map(question => cutQuestion(question, longest));
}

/** A question of so many characters at most, with a sign where more was. */
export function cutQuestion(question: Question, longest: number): Question {
  const { header, options } = question;
  const text = cutText(question.question, longest);
  const more = options.length - mostOptions;
  return {
    ...question,
    question: more > 0 ? `${text}\n… and ${more} more options` : text,
    ...definedOnly({ header: cutLine(header, longestLabel) }),
    options: options.slice(0, mostOptions).map(({ label, description }) => ({
      label: cutLine(label, longestLabel) ?? '',
      ...definedOnly({ description: cutLine(description, longestDescription) }),
    })),
  };
}

function cutLine(text: string | undefined, longest: number): string | undefined {
  return text === undefined || text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
