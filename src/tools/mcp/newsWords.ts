import type { EffectiveSettings } from '../../contracts/settings.ts';

export type Wake = EffectiveSettings['wake_master'];

interface NewsWords {
  /** How news of its threads reach a master. */
  readonly news: string;
  /** The same for one thread that it starts. */
  readonly afterSpawn: string;
  /** When it is to wait in its turn. */
  readonly whenToWait: string;
}

/** What is true of a master's news, by the setting that wakes it: one that was told more would wait for ever. */
export const newsWords: Readonly<Record<Wake, NewsWords>> = {
  each: {
    news:
      'Results, failures and questions come to you by themselves: with the reply to your next tool call, or as your ' +
      'next message after you ended your turn. Waiting is free and nothing needs polling: when you have nothing to ' +
      'do but wait, end your turn.',
    afterSpawn: 'Its result comes to you by itself when it ends; do not poll for it.',
    whenToWait: 'Seldom needed: you may also just end your turn, and the news starts your next one.',
  },
  all_done: {
    news:
      'Questions and requests come to you by themselves, and so do results and failures: with the reply to your next ' +
      'tool call, or, once none of your threads is active any more, as your next message after you ended your turn. ' +
      'To act on one result while others still work, call wait_threads; when you have nothing to do but wait for all, ' +
      'end your turn.',
    afterSpawn:
      'Its result comes to you by itself once none of your threads is active; wait_threads tells it before.',
    whenToWait:
      'Needed to act on one result while others still work; to wait for all, end your turn, and the news starts your ' +
      'next one.',
  },
  never: {
    news:
      'Results, failures and questions come with the reply to your next tool call, while your turn runs. Nothing ' +
      'starts another turn of yours by itself: once you ended it, only the person calls you back. So wait in your ' +
      'turn: call wait_threads until all that you wait for have ended.',
    afterSpawn: 'Then call wait_threads: after the end of your turn no result comes to you by itself.',
    whenToWait:
      'Call it again with its cursor until all that you wait for have ended: after the end of your turn nothing comes ' +
      'to you by itself.',
  },
};
