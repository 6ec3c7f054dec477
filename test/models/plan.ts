import { createHash } from 'node:crypto';
import type { Conversation, Entry } from './conversation.ts';
import { textsOf } from './conversation.ts';
import { findScript, parseScript, type ScriptedError, type Step } from './script.ts';
import { mcpCall, rawCall, shellCall, type ToolCall, writeCall } from './toolCalls.ts';

/** What one response does, in order. The player performs it in any of the three wire protocols. */
export type Action =
  | { readonly kind: 'reasoning' | 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly call: ToolCall }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'gate'; readonly name: string }
  | { readonly kind: 'error'; readonly error: ScriptedError; readonly until: string | undefined }
  | { readonly kind: 'usage'; readonly input: number; readonly output: number }
  | { readonly kind: 'cut' | 'silence' };

export const sideAnswer = 'Scripted session';
export const finishedAnswer = 'Nothing is left of the script.';
export const doneAnswer = 'Done.';

export function plainAnswer(conversation: Conversation): string {
  return `Plain answer over ${conversation.protocol}.`;
}

/**
 * The steps of the next response, up to its first call, from all that the model was told and did: for one that goes on
 * after a cut and heeds what a tool tells it. Undefined: the prompt's script decides.
 */
export type Mind = (conversation: Conversation) => string | undefined;

/**
 * Decides the response from the request alone: no state is kept between requests, so that many workers share
 * one server and a killed worker goes on where its own transcript says it was.
 */
export function planResponse(
  conversation: Conversation,
  load: (name: string) => string,
  scriptOf: (prompt: string) => string | undefined = findScript,
  mind?: Mind,
): Action[] {
  if (conversation.side) return [say(sideAnswer)];
  const { entries } = conversation;
  const wanted = mind?.(conversation);
  if (wanted !== undefined) return planMind(wanted, conversation, load);
  const start = entries.findLastIndex(entry => entry.kind === 'prompt' && scriptOf(entry.text) !== undefined);
  const prompt = entries[start];
  const since = entries.slice(start + 1);
  if (prompt?.kind !== 'prompt' || startsAnotherTurn(since)) return [say(plainAnswer(conversation))];
  let steps: Step[];
  try {
    steps = parseScript(scriptOf(prompt.text) ?? '', load);
  } catch (error) {
    return [say(`Bad script: ${error instanceof Error ? error.message : String(error)}`)];
  }
  return planSteps(dueSteps(steps, since), {
    conversation,
    earlier: entries.slice(0, start),
    prompt: prompt.text,
    since,
  });
}

function planMind(wanted: string, conversation: Conversation, load: (name: string) => string): Action[] {
  const { entries } = conversation;
  const prompt = textsOf(entries, 'prompt').at(-1) ?? '';
  return planSteps(parseScript(wanted, load), { conversation, earlier: entries, prompt, since: entries });
}

/**
 * A prompt without a script that directly follows a tool result steers the running script; any other one
 * begins a turn of its own.
 */
function startsAnotherTurn(since: readonly Entry[]): boolean {
  return since.some((entry, index) => {
    if (entry.kind === 'interrupted') return since.slice(index).some(later => later.kind === 'prompt');
    if (entry.kind !== 'prompt') return false;
    const before = since.slice(0, index).findLast(other => other.kind !== 'prompt');
    return before?.kind !== 'result' || isInterruptedResult(before.text);
  });
}

/** What Codex and OpenCode give as the result of a call that was stopped or never ended. */
function isInterruptedResult(text: string): boolean {
  return (
    /(^|\n)aborted( by user)?$/.test(text) ||
    /\[Tool execution was interrupted\]|Tool execution aborted|User aborted the command/.test(text)
  );
}

/** Each call ends a response, so the number of calls made since the prompt says how far the script is. */
function dueSteps(steps: readonly Step[], since: readonly Entry[]): readonly Step[] {
  const callsMade = since.filter(entry => entry.kind === 'call').length;
  const callEnds = steps.flatMap((step, index) => (isCall(step) ? [index + 1] : []));
  const from = callsMade === 0 ? 0 : (callEnds[callsMade - 1] ?? steps.length);
  const to = callEnds[callsMade] ?? steps.length;
  const isLast = callEnds[callsMade] === undefined;
  const lastCall = since.findLastIndex(entry => entry.kind === 'call');
  const tailWasSaid = since.slice(lastCall + 1).some(entry => entry.kind === 'answer');
  if (isLast && tailWasSaid) return [{ do: 'say', text: finishedAnswer }];
  const due = steps.slice(from, to);
  return isLast && !due.some(isVisible) ? [...due, { do: 'say', text: doneAnswer }] : due;
}

function isCall(step: Step): boolean {
  return step.do === 'shell' || step.do === 'write' || step.do === 'tool' || step.do === 'mcp';
}

/** A response needs text or a failure: an empty answer makes some CLIs ask again. */
function isVisible(step: Step): boolean {
  return (
    !['think', 'delay', 'gate', 'usage'].includes(step.do) &&
    !(step.do === 'error' && step.until !== undefined)
  );
}

interface Place {
  readonly conversation: Conversation;
  readonly earlier: readonly Entry[];
  readonly prompt: string;
  readonly since: readonly Entry[];
}

function planSteps(steps: readonly Step[], place: Place): Action[] {
  return steps.map(step => planStep(step, place));
}

function planStep(step: Step, place: Place): Action {
  const { conversation } = place;
  switch (step.do) {
    case 'think':
      return { kind: 'reasoning', text: step.text };
    case 'say':
      return say(step.text);
    case 'remember':
      return say(`I will remember ${step.text}.`);
    case 'shell':
      return { kind: 'call', call: shellCall(step.command, conversation) };
    case 'write':
      return { kind: 'call', call: writeCall(step.path, step.text, conversation) };
    case 'tool':
      return { kind: 'call', call: rawCall(step.name, step.args, conversation) };
    case 'mcp':
      return { kind: 'call', call: mcpCall(step, conversation) };
    case 'delay':
      return { kind: 'delay', ms: step.ms };
    case 'gate':
      return { kind: 'gate', name: step.name };
    case 'error':
      return { kind: 'error', error: step.error, until: step.until };
    case 'usage':
      return { kind: 'usage', input: step.input, output: step.output };
    case 'cut':
    case 'silence':
      return { kind: step.do };
    case 'recall':
      return say(recall(place.earlier));
    case 'echo':
      return say(fingerprint(place.prompt));
    case 'report':
      return say(textsOf(place.since, 'result').at(-1) ?? 'No tool has answered yet.');
    case 'heard':
      return say(heard(place.since));
  }
}

/** What the transcript of the same session still holds from before this prompt, in words a test can compare. */
function recall(earlier: readonly Entry[]): string {
  const words = textsOf(earlier, 'answer').flatMap(text =>
    [...text.matchAll(/I will remember (\S+)\./g)].map(match => match[1]),
  );
  const count = (kind: Entry['kind']): number => earlier.filter(entry => entry.kind === kind).length;
  return `earlier prompts: ${count('prompt')}; tool calls: ${count('call')}; tool results: ${count('result')}; words: ${words.join(', ') || 'none'}`;
}

/** For tests that a prompt arrives byte for byte. */
export function fingerprint(prompt: string): string {
  const bytes = Buffer.from(prompt, 'utf8');
  return `sha256 ${createHash('sha256').update(bytes).digest('hex')} bytes ${bytes.length}`;
}

function heard(since: readonly Entry[]): string {
  const texts = since.flatMap(entry =>
    entry.kind === 'prompt' || entry.kind === 'steer' ? [entry.text] : [],
  );
  return texts.length === 0 ? 'heard nothing' : `heard: ${texts.join(' | ')}`;
}

function say(text: string): Action {
  return { kind: 'text', text };
}
