import * as z from 'zod';
import type { Connection } from './connection.ts';

/** Longest text `turn/start` takes, in Unicode code points. */
const maxInput = 1024 * 1024;

export function isLargePrompt(prompt: string): boolean {
  return prompt.length > maxInput && [...prompt].length > maxInput;
}

/**
 * Settings of a session whose prompt is large: the model's largest window (Codex caps the number), and no summing up
 * before the model has seen the prompt.
 */
export const largePromptConfig = {
  model_context_window: Number.MAX_SAFE_INTEGER,
  model_auto_compact_token_limit: Number.MAX_SAFE_INTEGER,
};

const turnReplySchema = z.looseObject({ turn: z.looseObject({ id: z.string() }) });

interface PromptRequest {
  readonly sessionId: string;
  readonly prompt: string;
  /** The id Codex keeps with the message; a large prompt is kept without one. */
  readonly messageId: string;
  /** Settings of this turn beside the text. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Starts the turn; returns Codex's own id of it. */
export async function sendPrompt(connection: Connection, request: PromptRequest): Promise<string> {
  const { sessionId: threadId, prompt } = request;
  const isLarge = isLargePrompt(prompt);
  if (isLarge) {
    const message = { type: 'message', role: 'user', content: [{ type: 'input_text', text: prompt }] };
    await connection.call('thread/inject_items', { threadId, items: [message] }, z.looseObject({}));
  }
  const reply = await connection.call(
    'turn/start',
    {
      threadId,
      clientUserMessageId: request.messageId,
      input: isLarge ? [] : textInput(prompt),
      ...request.settings,
    },
    turnReplySchema,
  );
  return reply.turn.id;
}

export function textInput(text: string): readonly object[] {
  return [{ type: 'text', text, text_elements: [] }];
}
