import type { AgentEvent } from '../../src/contracts/agentEvent.ts';
import type { Question } from '../../src/contracts/agentRequest.ts';
import type { ProcessRef } from '../../src/contracts/thread.ts';
import type {
  PermissionAnswer,
  PermissionRequest,
  QuestionAnswer,
  QuestionRequest,
  TurnSink,
} from '../../src/providers/driver.ts';

export interface RecordedSink {
  readonly sink: TurnSink;
  /** Names of the calls in their order; a run of events counts as one. */
  readonly calls: string[];
  readonly events: AgentEvent[];
  readonly processes: ProcessRef[];
  readonly sessions: { readonly id: string; readonly transcriptPath?: string }[];
  readonly permissions: PermissionRequest[];
  readonly questions: QuestionRequest[];
  /** Those that the turn did not wait for. */
  readonly left: Question[];
}

export interface SinkAnswers {
  /** Called before each fact is taken as on disk; throw to refuse it. */
  readonly onFact?: (name: string) => void | Promise<void>;
  readonly permission?: (
    request: PermissionRequest,
    signal: AbortSignal,
  ) => PermissionAnswer | Promise<PermissionAnswer>;
  readonly question?: (
    request: QuestionRequest,
    signal: AbortSignal,
  ) => QuestionAnswer | Promise<QuestionAnswer>;
}

/** For a check of health that may take as long as a busy machine needs; a hang is ended by the runner. */
export const noLimit = new AbortController().signal;

/** The process the turn has named; one it has not named is a failure of the test, never pid 0: our own group. */
export function processOf({ processes }: Pick<RecordedSink, 'processes'>): ProcessRef {
  const [ref] = processes;
  if (ref === undefined) throw new Error('Expected the turn to have named its process.');
  return ref;
}

/** A host's side of a turn that keeps all it is told. */
export function recordingSink(answers: SinkAnswers = {}): RecordedSink {
  const calls: string[] = [];
  const events: AgentEvent[] = [];
  const processes: ProcessRef[] = [];
  const sessions: { readonly id: string; readonly transcriptPath?: string }[] = [];
  const permissions: PermissionRequest[] = [];
  const questions: QuestionRequest[] = [];
  const left: Question[] = [];
  const fact = async (name: string) => {
    calls.push(name);
    await answers.onFact?.(name);
  };
  const sink: TurnSink = {
    processStarted: async process => {
      processes.push(process);
      await fact('processStarted');
    },
    sessionBound: async session => {
      sessions.push(session);
      await fact('sessionBound');
    },
    promptSending: () => fact('promptSending'),
    turnStarted: () => fact('turnStarted'),
    event: event => {
      if (calls.at(-1) !== 'event') calls.push('event');
      events.push(event);
    },
    permission: async (request, signal) => {
      permissions.push(request);
      return answers.permission?.(request, signal) ?? { allow: false, reason: 'nobody can be asked' };
    },
    question: async (request, signal) => {
      questions.push(request);
      return (
        answers.question?.(request, signal) ?? { answers: request.questions.map(() => 'decide by yourself') }
      );
    },
    leaveQuestion: async question => {
      left.push(question);
      await fact('leaveQuestion');
    },
  };
  return { sink, calls, events, processes, sessions, permissions, questions, left };
}
