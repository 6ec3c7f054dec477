import * as z from 'zod';
import { parseJson } from '../../core/parseJson.ts';
import { type ClaudeMessage, messageSchema } from './messages.ts';

export interface ParsedLine {
  /** Absent for a message without a meaning here, such as the echo of our own answers. */
  readonly message?: ClaudeMessage;
  /** The message of ours that the CLI repeats: it has reached the turn. */
  readonly delivered?: string;
  /** Also of a result that does not say whether it is an error: the rest of it counts. */
  readonly isUnparsed: boolean;
}

const knownTypes: ReadonlySet<string> = new Set(messageSchema.options.map(option => option.shape.type.value));
const envelopeSchema = z.looseObject({
  type: z.string(),
  uuid: z.string().optional().catch(undefined),
  isReplay: z.boolean().optional().catch(undefined),
});

export function parseLine(line: string): ParsedLine {
  const envelope = envelopeSchema.safeParse(parseJson(line));
  if (!envelope.success) return { isUnparsed: true };
  const { type, uuid, isReplay } = envelope.data;
  const delivered = isReplay === true && uuid !== undefined ? { delivered: uuid } : {};
  if (!knownTypes.has(type)) return { ...delivered, isUnparsed: false };
  const { data: message } = messageSchema.safeParse(envelope.data);
  return message === undefined
    ? { ...delivered, isUnparsed: true }
    : { ...delivered, message, isUnparsed: message.type === 'result' && message.is_error === undefined };
}
