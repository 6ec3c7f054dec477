import { appendFileSync, existsSync } from 'node:fs';

/** When, around one call, the process ends. `torn` and `written`: only for lines of the journal. */
export const moments = ['before', 'torn', 'written', 'after'] as const;
export type Moment = (typeof moments)[number];

/** What the preload is told, in the query of its own URL: the environment stays as the CLIs are to see it. */
export interface Orders {
  /** Name of the call. */
  readonly at?: string;
  readonly when?: string;
  /** Calls count once this file is there; absent: all do. */
  readonly from?: string;
  /** Which of the calls of that name that count; the first is 1. */
  readonly nth?: string;
  /** A file that gets a line for each call and moment: name, tab, moment, tab, number. */
  readonly record?: string;
}

let orders: Orders = {};

export function takeOrders(given: Orders): void {
  orders = given;
}

const calls = new Map<string, number>();

/** One call that begins; what happens to it is told with `reach`. */
export interface Call {
  /** Ends the process if this is the moment. */
  reach(moment: Moment): void;
  /** True when the process is to end at that moment of this call. */
  isDue(moment: Moment): boolean;
}

let hasBegun = false;
const uncounted: Call = { isDue: () => false, reach: () => undefined };

export function begin(name: string): Call {
  hasBegun ||= orders.from === undefined || existsSync(orders.from);
  if (!hasBegun) return uncounted;
  const number = (calls.get(name) ?? 0) + 1;
  calls.set(name, number);
  const isDue = (moment: Moment) =>
    orders.at === name && orders.when === moment && number === Number(orders.nth ?? '1');
  return {
    isDue,
    reach: moment => {
      if (orders.record !== undefined) write(orders.record, `${name}\t${moment}\t${number}\n`);
      if (isDue(moment)) process.kill(process.pid, 'SIGKILL');
    },
  };
}

/** Several calls that go out as one. */
export function beginAll(names: readonly string[]): Call {
  const begun = names.map(begin);
  return {
    isDue: moment => begun.some(call => call.isDue(moment)),
    reach: moment => {
      for (const call of begun) call.reach(moment);
    },
  };
}

// Taken before anything is wrapped.
const write = appendFileSync;
