import * as z from 'zod';

/** What Claude Code says to a hook of its terminal; what it says besides is left alone. */
export const hookMessageSchema = z.looseObject({
  session_id: z.string(),
  transcript_path: z.string().optional(),
  hook_event_name: z.string(),
  /** Of a sub-agent. */
  agent_id: z.string().optional(),
  prompt: z.string().optional(),
  tool_name: z.string().optional(),
  tool_input: z.record(z.string(), z.unknown()).optional(),
  tool_use_id: z.string().optional(),
  tool_response: z.unknown().optional(),
  error: z.unknown().optional(),
  is_interrupt: z.boolean().optional(),
  last_assistant_message: z.string().optional(),
});
export type HookMessage = z.infer<typeof hookMessageSchema>;

export const hookNames = [
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolUse',
  'PostToolUseFailure',
  'PermissionRequest',
  'Stop',
  'StopFailure',
] as const;

/** An empty answer changes nothing. */
export type HookAnswer = Readonly<Record<string, unknown>>;
