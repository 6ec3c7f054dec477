import type { QuestionAnswer, QuestionRequest } from '../driver.ts';
import type { QuestionAsked } from './events.ts';

/** OpenCode's question for a person. */
export function questionOf({ questions }: QuestionAsked): QuestionRequest {
  return {
    questions: questions.map(({ question, header, options, multiple }) => ({
      question,
      ...(header === undefined ? {} : { header }),
      options: options.map(({ label, description }) => ({
        label,
        ...(description === undefined ? {} : { description }),
      })),
      multiple,
    })),
  };
}

/** The answers in OpenCode's form: for each question its chosen options and the person's own words; none is no answer. */
export function answersFor({ questions }: QuestionAsked, { answers }: QuestionAnswer): string[][] {
  return questions.map(({ options, multiple }, index) => {
    const text = (answers[index] ?? '').trim();
    if (text === '') return [];
    if (!multiple) return [text];
    const lines = text.split(/\r?\n/);
    const isLabel = (line: string): boolean => options.some(({ label }) => label === line.trim());
    const chosen = lines.filter(isLabel).map(line => line.trim());
    const own = lines
      .filter(line => !isLabel(line))
      .join('\n')
      .trim();
    return own === '' ? chosen : [...chosen, own];
  });
}
