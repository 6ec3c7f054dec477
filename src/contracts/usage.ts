import * as z from 'zod';

/** Tokens of one turn; `cost_usd` only where the provider itself states a price. */
export const usageSchema = z.object({
  input_tokens: z.number(),
  cached_input_tokens: z.number().optional(),
  output_tokens: z.number(),
  reasoning_tokens: z.number().optional(),
  cost_usd: z.number().optional(),
});
export type Usage = z.infer<typeof usageSchema>;
