import * as z from 'zod';

const schema = z.looseObject({ threadId: z.string() });

/** The session of which a message to or from the server speaks. */
export function threadIdIn(params: unknown): string | undefined {
  return schema.safeParse(params).data?.threadId;
}
