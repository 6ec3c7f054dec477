import { createReadStream } from 'node:fs';
import * as z from 'zod';
import { parseJson } from '../../core/parseJson.ts';
import { readLines } from '../process/lines.ts';

/**
 * The lines that hold what reached the model: prompts and the results of tools, and what was said while it worked.
 * Those of the waiting line hold messages too, which may have been lost with the process.
 */
const reachedSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('user'), message: z.looseObject({ content: z.unknown() }) }),
  z.looseObject({ type: z.literal('attachment'), attachment: z.unknown() }),
]);

/** Those of the texts that stand in a transcript as having reached the model. Rejects when it cannot be read. */
export async function findTexts(
  transcript: string,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const stream = createReadStream(transcript, { signal });
  await readLines(stream, line => {
    // A line that was cut off is one that the CLI does not read either.
    const reached = reachedSchema.safeParse(parseJson(line));
    if (!reached.success) return;
    const said = reached.data.type === 'user' ? reached.data.message.content : reached.data.attachment;
    for (const text of texts) if (!found.has(text) && holds(said, text)) found.add(text);
  });
  if (stream.errored) throw stream.errored;
  return found;
}

function holds(value: unknown, text: string): boolean {
  if (typeof value === 'string') return value.includes(text);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(one => holds(one, text));
}
