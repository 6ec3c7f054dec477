import * as z from 'zod';

/** Longest text kept inline in a journal or history line, in UTF-16 units; longer texts go to a side file. */
export const inlineTextLimit = 64 * 1024;

/**
 * A text of any size: inline, or in a side file named relative to `.agentdock/state/`.
 * `length` is in UTF-16 units, `head` is the beginning for a list or a tooltip.
 */
export const textRefSchema = z.union([
  z.object({ text: z.string() }),
  z.object({
    file: z.string().regex(/^blobs\/[0-9a-f]{64}\.txt$/),
    length: z.number().int(),
    head: z.string(),
  }),
]);

export type TextRef = z.infer<typeof textRefSchema>;
