import * as z from 'zod';
import { providerIdSchema } from './ids.ts';
import { permissionModeSchema } from './thread.ts';

/** Health of one provider. */
export const providerHealthSchema = z.object({
  provider: providerIdSchema,
  installed: z.boolean(),
  path: z.string().optional(),
  version: z.string().optional(),
  /** The version AgentDock is tested with; another one counts as healthy, and the message names this one. */
  tested_version: z.string().optional(),
  /** Whether a credential is there; only a call can prove that it is accepted. */
  signed_in: z.enum(['yes', 'no', 'unknown']),
  status: z.enum(['healthy', 'degraded', 'offline']),
  /** What is wrong and what to do, or what is fine. */
  message: z.string(),
});
export type ProviderHealth = z.infer<typeof providerHealthSchema>;

/** What `list_providers` says of a provider. */
export const listedProviderSchema = providerHealthSchema.extend({
  /** What each permission mode really does there, for a person; a host of an earlier version does not say. */
  permission_modes: z.record(permissionModeSchema, z.string()).optional(),
  /** Its threads can be opened in its own terminal program. */
  native_terminal: z.boolean().optional(),
});
export type ListedProvider = z.infer<typeof listedProviderSchema>;
