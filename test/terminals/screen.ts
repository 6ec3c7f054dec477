import type { TranscriptBatch } from '../../src/client/dockClient.ts';
import { type Thread, threadSchema } from '../../src/contracts/thread.ts';
import { shownMark } from '../../src/terminals/answering.ts';
import { replayEnd, replayEndAnswer } from '../../src/terminals/outputValve.ts';
import { ThreadScreen } from '../../src/terminals/threadScreen.ts';
import { makeThread } from '../views/threads.ts';
import { historyOf, plain, type Said } from './transcript.ts';

type Change = Partial<Thread>;

/** A thread's screen whose host and terminal are the test's. */
export function makeScreen(change: Change = {}, isNew = false) {
  let thread = threadSchema.parse({ ...makeThread('thread-aaa', 'settings page'), ...change });
  let listener: ((batch: TranscriptBatch) => void) | undefined;
  const written: string[] = [];
  const resumed: string[] = [];
  const answered: string[] = [];
  const keys: string[] = [];
  const sizes: string[] = [];
  let cancels = 0;
  let failure: Error | undefined;
  const screen = new ThreadScreen({
    root: '/w',
    isNew,
    thread: () => thread,
    follow: follower => {
      listener = follower;
      return () => {
        listener = undefined;
      };
    },
    resume: async prompt => {
      if (failure !== undefined) throw failure;
      resumed.push(prompt);
    },
    answer: async (id, answer) => {
      if (failure !== undefined) throw failure;
      answered.push(`${id} ${JSON.stringify(answer)}`);
    },
    cancel: async () => {
      cancels += 1;
    },
    sendKeys: data => keys.push(data),
    resize: (columns, rows) => sizes.push(`${columns}x${rows}`),
    write: data => written.push(data),
  });
  const replay = (said: readonly (Said | number)[], more: Partial<TranscriptBatch> = {}) =>
    listener?.({ thread: thread.id, reset: false, live: true, events: historyOf(said), ...more });
  /** The terminal shows it at once. */
  const deliver: typeof replay = (said, more) => {
    const before = written.length;
    replay(said, more);
    if (written.slice(before).join('').includes(replayEnd)) screen.input(replayEndAnswer);
  };
  return {
    screen,
    written,
    resumed,
    answered,
    keys,
    sizes,
    replay,
    deliver,
    cancels: () => cancels,
    isFollowed: () => listener !== undefined,
    fail: (error: Error | undefined) => {
      failure = error;
    },
    change: (next: Change) => {
      thread = threadSchema.parse({ ...thread, ...next });
      screen.refresh();
    },
    /** What was written since the last time, without styles. */
    take: () => plain(written.splice(0).join('').replaceAll(replayEnd, '').replaceAll(shownMark, '')),
  };
}
