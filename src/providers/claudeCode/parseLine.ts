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
  /** It is a message of the CLI, and no stray line. */
  readonly isMessage: boolean;
}

const knownTypes: ReadonlySet<string> = new Set(messageSchema.options.map(option => option.shape.type.value));
const envelopeSchema = z.looseObject({
  type: z.string(),
  uuid: z.string().optional().catch(undefined),
  isReplay: z.boolean().optional().catch(undefined),
});

export function parseLine(line: string): ParsedLine {
  const envelope = envelopeSchema.safeParse(parseJson(line));
  if (!envelope.success) return { isUnparsed: true, isMessage: false };
  const { type, uuid, isReplay } = envelope.data;
  const told = { isMessage: true, ...(isReplay === true && uuid !== undefined ? { delivered: uuid } : {}) };
  if (!knownTypes.has(type)) return { ...told, isUnparsed: false };
  const { data: message } = messageSchema.safeParse(envelope.data);
  return message === undefined
    ? { ...told, isUnparsed: true }
    : { ...told, message, isUnparsed: message.type === 'result' && message.is_error === undefined };
}
