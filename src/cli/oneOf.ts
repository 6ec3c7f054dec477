import type * as z from 'zod';
import { DockError } from '../contracts/errors.ts';

/** The word, if it is one of the choices. Throws `invalid_arguments` that lists them. */
export function oneOf<Choice extends string>(
  schema: z.ZodEnum<{ [Key in Choice]: Key }>,
  word: string,
  what: string,
): Choice {
  const parsed = schema.safeParse(word);
  if (parsed.success) return parsed.data;
  throw new DockError('invalid_arguments', `There is no ${what} ${JSON.stringify(word)}.`, {
    hint: `Choose one of: ${schema.options.join(', ')}.`,
  });
}
