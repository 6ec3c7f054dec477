import * as z from 'zod';

/** Names one thread. Never used as a path without this check. */
export const threadIdSchema = z
  .string()
  .regex(/^thread-[a-z0-9-]{3,64}$/, 'Expected a thread id such as `thread-settings-page-4f2k`');

export const providerIds = ['codex', 'claude_code', 'opencode', 'command'] as const;
export const providerIdSchema = z.enum(providerIds);

export const roles = ['master', 'worker'] as const;
export const roleSchema = z.enum(roles);

/** Who asked for a turn. A CLI may start a turn by itself: `provider`. */
export const originSchema = z.enum(['person', 'agent', 'host', 'provider']);

/** UTC time, ISO 8601 with milliseconds. */
export const timeSchema = z.iso.datetime();

export type ThreadId = z.infer<typeof threadIdSchema>;
export type ProviderId = z.infer<typeof providerIdSchema>;
export type Origin = z.infer<typeof originSchema>;
