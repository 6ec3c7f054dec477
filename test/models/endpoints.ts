import { readAnthropicRequest } from './anthropicMessages/readRequest.ts';
import { anthropicError, anthropicWire } from './anthropicMessages/writeStream.ts';
import type { Conversation } from './conversation.ts';
import { readChatRequest } from './openaiChat/readRequest.ts';
import { chatWire } from './openaiChat/writeStream.ts';
import { openaiError } from './openaiError.ts';
import { readResponsesRequest } from './openaiResponses/readRequest.ts';
import { responsesWire } from './openaiResponses/writeStream.ts';
import type { ScriptedError } from './script.ts';
import type { Wire } from './wire.ts';

/** One wire protocol: how to read its request, write its stream and shape its errors. */
export interface Endpoint {
  readonly read: (body: unknown, header: (name: string) => string | undefined) => Conversation;
  readonly wire: (model: string) => Wire;
  readonly errorBody: (error: ScriptedError) => unknown;
}

export const endpoints: Readonly<Record<string, Endpoint>> = {
  'POST /v1/messages': { read: readAnthropicRequest, wire: anthropicWire, errorBody: anthropicError },
  'POST /v1/responses': { read: readResponsesRequest, wire: responsesWire, errorBody: openaiError },
  'POST /v1/chat/completions': { read: readChatRequest, wire: chatWire, errorBody: openaiError },
};
