import * as z from 'zod';
import { providerIdSchema } from './ids.ts';

/** Health of one provider, as `list_providers` reports it. */
export const providerHealthSchema = z.object({
  provider: providerIdSchema,
  installed: z.boolean(),
  path: z.string().optional(),
  version: z.string().optional(),
  /** The version AgentDock is tested with. */
  tested_version: z.string().optional(),
  /** Whether a credential is there; only a call can prove that it is accepted. */
  signed_in: z.enum(['yes', 'no', 'unknown']),
  status: z.enum(['healthy', 'degraded', 'offline']),
  /** What is wrong and what to do, or what is fine. */
  message: z.string(),
});
export type ProviderHealth = z.infer<typeof providerHealthSchema>;
