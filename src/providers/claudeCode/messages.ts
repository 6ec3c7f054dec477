import * as z from 'zod';

/**
 * The lines of `--output-format stream-json`. Loose: what is not named here is ignored, and what only adds to a turn
 * may be of another form without the line being lost.
 */
const nullish = {
  text: z.string().nullish().catch(undefined),
  number: z.number().nullish().catch(undefined),
};

export const contentBlockSchema = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  thinking: z.string().optional(),
  id: z.string().optional(),
  name: z.string().optional(),
  input: z.unknown().optional(),
  tool_use_id: z.string().optional(),
  content: z.unknown().optional(),
  is_error: z.boolean().nullish(),
});
export type ContentBlock = z.infer<typeof contentBlockSchema>;

const systemSchema = z.looseObject({
  type: z.literal('system'),
  subtype: z.string(),
  session_id: z.string().optional(),
  state: nullish.text,
  status: nullish.text,
  task_id: nullish.text,
  tool_use_id: nullish.text,
  summary: nullish.text,
  skip_transcript: z.boolean().nullish(),
  patch: z.looseObject({ status: nullish.text }).nullish(),
  attempt: nullish.number,
  error_status: nullish.number,
  error: nullish.text,
  fallback_model: nullish.text,
  /** What the model will be offered; in `init`. */
  tools: z.array(z.string()).optional().catch(undefined),
});

const assistantSchema = z.looseObject({
  type: z.literal('assistant'),
  message: z.looseObject({ id: z.string(), content: z.array(contentBlockSchema) }),
  parent_tool_use_id: nullish.text,
  /** Class of an API failure; the text of such a message is the CLI's own. */
  error: nullish.text,
});

const userSchema = z.looseObject({
  type: z.literal('user'),
  message: z.looseObject({ content: z.union([z.string(), z.array(contentBlockSchema)]) }),
  parent_tool_use_id: nullish.text,
  tool_use_result: z.unknown().optional(),
});

const streamEventSchema = z.looseObject({
  type: z.literal('stream_event'),
  parent_tool_use_id: nullish.text,
  event: z.looseObject({
    type: z.string(),
    index: z.number().optional(),
    message: z.looseObject({ id: z.string() }).optional(),
    content_block: z.looseObject({ type: z.string() }).optional(),
    delta: z
      .looseObject({ type: z.string().optional(), text: nullish.text, thinking: nullish.text })
      .optional(),
  }),
});

const modelUsageSchema = z.looseObject({
  inputTokens: z.number(),
  outputTokens: z.number(),
  cacheReadInputTokens: z.number().default(0),
  cacheCreationInputTokens: z.number().default(0),
});

const resultSchema = z.looseObject({
  type: z.literal('result'),
  subtype: z.string().catch('unknown'),
  /** Decides; `subtype` says `success` for API failures too. Absent where another version tells it in another form. */
  is_error: z.boolean().optional().catch(undefined),
  api_error_status: nullish.number,
  result: nullish.text,
  errors: z.array(z.string()).optional().catch(undefined),
  stop_reason: nullish.text,
  terminal_reason: nullish.text,
  /** Both since the start of the process. */
  total_cost_usd: nullish.number,
  modelUsage: z.record(z.string(), modelUsageSchema).optional().catch(undefined),
});

const rateLimitSchema = z.looseObject({
  type: z.literal('rate_limit_event'),
  rate_limit_info: z.looseObject({ status: nullish.text, resetsAt: nullish.number }),
});

const controlRequestSchema = z.looseObject({
  type: z.literal('control_request'),
  request_id: z.string(),
  request: z.looseObject({
    subtype: z.string(),
    tool_name: z.string().optional(),
    tool_use_id: nullish.text,
    input: z.record(z.string(), z.unknown()).optional(),
    /** Of an MCP server that lives in this process. */
    message: z.unknown().optional(),
  }),
});

/** The answer to a request of ours. */
const controlResponseSchema = z.looseObject({
  type: z.literal('control_response'),
  response: z.looseObject({ subtype: z.string(), request_id: z.string(), error: nullish.text }),
});

const controlCancelSchema = z.looseObject({
  type: z.literal('control_cancel_request'),
  request_id: z.string(),
});

export const messageSchema = z.discriminatedUnion('type', [
  systemSchema,
  assistantSchema,
  userSchema,
  streamEventSchema,
  resultSchema,
  rateLimitSchema,
  controlRequestSchema,
  controlResponseSchema,
  controlCancelSchema,
]);

export type ClaudeMessage = z.infer<typeof messageSchema>;
export type SystemMessage = z.infer<typeof systemSchema>;
export type AssistantMessage = z.infer<typeof assistantSchema>;
export type UserMessage = z.infer<typeof userSchema>;
export type StreamMessage = z.infer<typeof streamEventSchema>;
export type ResultMessage = z.infer<typeof resultSchema>;
export type ControlRequest = z.infer<typeof controlRequestSchema>;
export type ControlResponse = z.infer<typeof controlResponseSchema>;
