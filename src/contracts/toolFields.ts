import * as z from 'zod';

/** In UTF-16 units; a longer one could exceed what a request may have. */
const longestPrompt = 10_000_000;

export const promptSchema = z
  .string()
  .max(longestPrompt, `Expected a prompt of at most ${longestPrompt} characters; put the rest into a file`)
  .min(1, 'Expected a prompt, got an empty text')
  .refine(text => text.trim().length > 0, 'Expected a prompt, got only white space')
  .refine(text => !text.includes('\0'), 'Expected a prompt without NUL characters');

export const lineSchema = (what: string, longest: number) =>
  z
    .string()
    .min(1, `Expected ${what}, got an empty text`)
    .max(longest, `Expected ${what} of at most ${longest} characters`)
    .regex(/^[^\p{Cc}]*$/u, `Expected ${what} on one line, without control characters`);

/**
 * Repeats of a call with the same key return the first call's thread. Of the calls to one thread the newest 1,000
 * `resume_thread` and the newest 1,000 `send_message` with a key are known again; a spawn is for as long as its thread.
 */
export const idempotencyKeySchema = lineSchema('an idempotency key', 200)
  .describe('Only to repeat a call safely: a second call with the same key and arguments does nothing new.')
  .optional();
