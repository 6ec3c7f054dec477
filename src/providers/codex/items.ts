import * as z from 'zod';

/** What a turn is made of. Loose: newer versions add fields and kinds. */
const base = { id: z.string() };

const commandItemSchema = z.looseObject({
  ...base,
  type: z.literal('commandExecution'),
  command: z.string(),
  status: z.string(),
  aggregatedOutput: z.string().nullish(),
  exitCode: z.number().nullish(),
});

const fileChangeItemSchema = z.looseObject({
  ...base,
  type: z.literal('fileChange'),
  status: z.string(),
  changes: z.array(
    z.looseObject({
      path: z.string(),
      kind: z.looseObject({ type: z.string(), move_path: z.string().nullish() }),
      diff: z.string().default(''),
    }),
  ),
});

const mcpItemSchema = z.looseObject({
  ...base,
  type: z.literal('mcpToolCall'),
  server: z.string(),
  tool: z.string(),
  status: z.string(),
  arguments: z.unknown(),
  result: z.looseObject({ content: z.array(z.unknown()).optional() }).nullish(),
  error: z.looseObject({ message: z.string() }).nullish(),
});

const knownItemSchema = z.discriminatedUnion('type', [
  z.looseObject({
    ...base,
    type: z.literal('agentMessage'),
    text: z.string(),
    /** Asked with the message, while the turn goes on. */
    questions: z
      .array(z.looseObject({ title: z.string(), options: z.array(z.string()).nullish() }))
      .nullish()
      .catch(undefined),
  }),
  z.looseObject({ ...base, type: z.literal('plan'), text: z.string() }),
  z.looseObject({
    ...base,
    type: z.literal('reasoning'),
    summary: z.array(z.string()).default([]),
    content: z.array(z.string()).default([]),
  }),
  commandItemSchema,
  fileChangeItemSchema,
  mcpItemSchema,
  z.looseObject({ ...base, type: z.literal('contextCompaction') }),
  z.looseObject({
    ...base,
    type: z.literal('userMessage'),
    clientId: z.string().nullish(),
    content: z
      .array(z.looseObject({ text: z.string().optional() }))
      .default([])
      .catch([]),
  }),
  z.looseObject({ ...base, type: z.literal('hookPrompt') }),
]);

const knownTypes: ReadonlySet<string> = new Set(
  knownItemSchema.options.map(option => option.shape.type.value),
);

/** A kind this version of AgentDock has no words for, such as a web search: shown as a tool of that name. */
const otherItemSchema = z
  .looseObject({ ...base, type: z.string(), status: z.string().optional() })
  .refine(item => !knownTypes.has(item.type), 'Expected the fields of a known item')
  .transform(item => ({ type: 'other' as const, id: item.id, kind: item.type, status: item.status }));

export const itemSchema = z.union([knownItemSchema, otherItemSchema]);
export type Item = z.infer<typeof itemSchema>;
export type CommandItem = z.infer<typeof commandItemSchema>;
export type FileChangeItem = z.infer<typeof fileChangeItemSchema>;
export type McpItem = z.infer<typeof mcpItemSchema>;
