import { randomBytes } from 'node:crypto';
import type { ScriptedError } from './script.ts';
import type { ToolCall } from './toolCalls.ts';

export interface Usage {
  readonly input: number;
  readonly output: number;
}

/**
 * One response in one wire protocol. Every method returns the server-sent events to write, so that the
 * formats can be tested without a socket. Consecutive chunks of one kind belong to one block.
 */
export interface Wire {
  begin(usage: Usage): string[];
  reasoning(chunk: string): string[];
  text(chunk: string): string[];
  call(call: ToolCall): string[];
  /** An error after the stream has begun. */
  fail(error: ScriptedError): string[];
  end(usage: Usage): string[];
}

export function sse(data: unknown, event?: string): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`;
}

export function newId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`;
}

/**
 * Long texts arrive in pieces from real models, and a reader that forgets this should fail here.
 * A character outside the basic plane is never cut in two.
 */
export function pieces(text: string, size = Math.max(24, Math.ceil(text.length / 200))): string[] {
  const parts: string[] = [];
  for (let from = 0; from < text.length; ) {
    const cutsPair = isHighSurrogate(text.charCodeAt(from + size - 1));
    const to = from + size + (cutsPair ? 1 : 0);
    parts.push(text.slice(from, to));
    from = to;
  }
  return parts;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
