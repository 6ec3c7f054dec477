import { EventEmitter } from 'node:events';
import { type Conversation, isGiven, type Protocol, textsOf } from './conversation.ts';
import type { Ending } from './player.ts';

/** What a test reads about one request of a CLI. */
export interface RequestRecord {
  readonly seq: number;
  readonly at: string;
  readonly protocol: Protocol;
  readonly model: string;
  /** The session id the CLI sends in a header. */
  readonly sessionHint: string | undefined;
  readonly system: string;
  readonly cwd: string | undefined;
  /** What was typed, oldest first, byte for byte. */
  readonly userTurns: readonly string[];
  /** Messages that reached a running turn and are marked as such by the CLI. */
  readonly steers: readonly string[];
  readonly answers: readonly string[];
  readonly toolCalls: readonly string[];
  readonly toolResults: readonly string[];
  /** All that the model was given: prompts, messages and results, in their order. */
  readonly given: readonly string[];
  readonly toolsOffered: readonly string[];
  /** A request of the CLI's own, such as the one for a title. */
  readonly side: boolean;
  /** `undefined` while the response is still open. */
  ending: Ending | undefined;
}

export interface RequestLog {
  add(conversation: Conversation): RequestRecord;
  all(): readonly RequestRecord[];
  end(record: RequestRecord, ending: Ending): void;
  /** The first request that matches, now or when it comes or ends. */
  find(matches: (record: RequestRecord) => boolean): Promise<RequestRecord>;
  clear(): void;
}

export function makeRequestLog(): RequestLog {
  let records: RequestRecord[] = [];
  let seq = 0;
  const changes = new EventEmitter();
  changes.setMaxListeners(0);
  return {
    add: conversation => {
      const { protocol, model, sessionHint, system, cwd, entries, tools, side } = conversation;
      const record: RequestRecord = {
        seq: ++seq,
        at: new Date().toISOString(),
        protocol,
        model,
        sessionHint,
        system,
        cwd,
        userTurns: textsOf(entries, 'prompt'),
        steers: textsOf(entries, 'steer'),
        answers: textsOf(entries, 'answer'),
        toolCalls: entries.flatMap(entry => (entry.kind === 'call' ? [entry.tool] : [])),
        toolResults: textsOf(entries, 'result'),
        given: entries.flatMap(entry => (isGiven(entry) ? [entry.text] : [])),
        toolsOffered: tools.map(tool => tool.name),
        side,
        ending: undefined,
      };
      records.push(record);
      changes.emit('record', record);
      return record;
    },
    end: (record, ending) => {
      record.ending = ending;
      changes.emit('record', record);
    },
    all: () => records,
    find: matches =>
      new Promise(resolve => {
        const found = records.find(matches);
        if (found) return resolve(found);
        const look = (record: RequestRecord): void => {
          if (!matches(record)) return;
          changes.off('record', look);
          resolve(record);
        };
        changes.on('record', look);
      }),
    clear: () => {
      records = [];
    },
  };
}
