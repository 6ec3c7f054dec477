import * as z from 'zod';

const base = { id: z.string(), sessionID: z.string(), messageID: z.string() };

const tokensSchema = z.looseObject({
  input: z.number(),
  output: z.number(),
  reasoning: z.number(),
  cache: z.looseObject({ read: z.number(), write: z.number() }),
});

const textPartSchema = z.looseObject({
  ...base,
  text: z.string(),
  synthetic: z.boolean().optional(),
  time: z.looseObject({ end: z.number().optional() }).optional(),
});
export type TextPart = z.infer<typeof textPartSchema>;

export const toolPartSchema = z.looseObject({
  ...base,
  type: z.literal('tool'),
  tool: z.string(),
  callID: z.string(),
  state: z.looseObject({
    status: z.string(),
    input: z.record(z.string(), z.unknown()).optional(),
    title: z.string().optional(),
    output: z.string().optional(),
    error: z.string().optional(),
    metadata: z
      .looseObject({
        output: z.string().optional(),
        exit: z.number().int().nullish(),
        exists: z.boolean().optional(),
        filepath: z.string().optional(),
        interrupted: z.boolean().optional(),
        files: z.array(z.unknown()).optional(),
      })
      .optional(),
  }),
});
export type ToolPart = z.infer<typeof toolPartSchema>;

export const stepFinishSchema = z.looseObject({
  ...base,
  type: z.literal('step-finish'),
  reason: z.string(),
  cost: z.number(),
  tokens: tokensSchema,
});
export type StepFinish = z.infer<typeof stepFinishSchema>;

const knownPartSchema = z.discriminatedUnion('type', [
  textPartSchema.extend({ type: z.literal('text') }),
  textPartSchema.extend({ type: z.literal('reasoning') }),
  toolPartSchema,
  stepFinishSchema,
]);

const knownTypes: ReadonlySet<string> = new Set(knownPartSchema.options.map(({ shape }) => shape.type.value));

/** Snapshots, patches, compactions and what newer versions add. */
const otherPartSchema = z
  .looseObject({ ...base, type: z.string().refine(type => !knownTypes.has(type)) })
  .transform(part => ({ ...part, type: 'other' as const }));

/** One piece of a message. It is sent again with each change, whole. */
export const partSchema = z.union([knownPartSchema, otherPartSchema]);
export type Part = z.infer<typeof partSchema>;
