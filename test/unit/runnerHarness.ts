import type { TestContext } from 'node:test';
import type { DockError } from '../../src/contracts/errors.ts';
import type { EffectiveSettings } from '../../src/contracts/settings.ts';
import { createMailroom } from '../../src/host/mailroom.ts';
import { createRequestDesk } from '../../src/host/requestDesk.ts';
import { TurnRunner } from '../../src/host/turnRunner.ts';
import type { Driver, RunningTurn, TurnEnd, TurnRequest, TurnSink } from '../../src/providers/driver.ts';
import { whyNotPasted } from '../../src/providers/pty/pastedText.ts';
import type { ThreadStoreOptions } from '../../src/store/threadStore.ts';
import type { StoreHarness } from '../store/storeHarness.ts';
import { makeToolHarness, startedBy } from '../tools/toolHarness.ts';

export interface Begun {
  readonly request: TurnRequest;
  readonly sink: TurnSink;
  /** What was steered into it. */
  readonly steered: string[];
  end(end: TurnEnd): void;
}

export interface RunnerOptions {
  readonly settings?: Partial<EffectiveSettings>;
  readonly store?: Partial<ThreadStoreOptions>;
  readonly interrupt?: (begun: Begun) => Promise<void>;
  /** What steering rejects with, if it does. */
  readonly steer?: (text: string) => DockError | undefined | Promise<undefined>;
  /** The texts the provider's transcripts hold; undefined: they cannot be read. */
  readonly transcript?: () => readonly string[] | undefined | Promise<readonly string[]>;
  /** A folder that was used before, by a host that has ended. */
  readonly earlier?: StoreHarness;
  /** The waits before a master that was cut goes on; by default it never does. */
  readonly comebackMs?: readonly number[];
  /** How an open terminal is now. */
  readonly terminal?: { idle: boolean; free: boolean };
}

/** Runner, requests and mailroom over a real store, with a driver whose turns the test ends. */
export async function makeRunner(t: TestContext, options: RunnerOptions = {}) {
  const settings = { max_running: 2, ...options.settings };
  const harness = await makeToolHarness(t, settings, options.store ?? {}, options.earlier);
  const begun: Begun[] = [];
  const logged: string[] = [];
  const start = (request: TurnRequest, sink: TurnSink): RunningTurn => {
    const { promise: ended, resolve: end } = Promise.withResolvers<TurnEnd>();
    const one: Begun = { request, sink, steered: [], end };
    begun.push(one);
    const byDefault = async () => end({ outcome: 'interrupted' });
    return {
      ended,
      steer: async text => {
        const error = await options.steer?.(text);
        if (error !== undefined) throw error;
        one.steered.push(text);
      },
      interrupt: () => options.interrupt?.(one) ?? byDefault(),
    };
  };
  const driver: Driver = {
    provider: 'codex',
    capabilities: {
      steer: options.steer !== undefined,
      resume: true,
      sharedProcess: false,
      pty: false,
      permissionModes: { read_only: '', ask: '', edit: '', full: '' },
    },
    checkHealth: () => Promise.reject(new Error('not asked')),
    startTurn: start,
    startNativeTurn: (request, sink) => ({
      ...start(request, sink),
      terminal: {
        isIdle: () => options.terminal?.idle === true,
        takesMessages: () => options.terminal?.idle === true && options.terminal.free,
        follow: () => ({ replay: '', stop: () => undefined }),
      },
    }),
    unfitForTerminal: whyNotPasted,
    findInTranscript: async (_session, texts) => {
      const held = await options.transcript?.();
      return held && new Set(texts.filter(text => held.some(one => one.includes(text))));
    },
    close: async () => undefined,
  };
  const { store, host } = harness;
  const log = (message: string) => void logged.push(message);
  const drivers = new Map([['codex', driver]] as const);
  const desk = createRequestDesk(store, host.inTurn);
  const { active, workspace } = host;
  const runner = new TurnRunner({
    store,
    active,
    drivers,
    settings: host.settings,
    workspace,
    desk,
    doors: {
      open: () => ({ url: 'http://127.0.0.1:9/mcp', token: 't' }),
      shut: () => undefined,
      reached: async () => undefined,
    },
    mail: () => mailroom,
    health: async () => undefined,
    log,
  });
  const mailroom = createMailroom({
    store,
    active,
    drivers,
    runner,
    settings: host.settings,
    log,
    comebackMs: options.comebackMs ?? [],
  });
  const close = async () => {
    desk.close();
    await runner.close();
    await mailroom.close();
  };
  t.after(close);
  const spawn = async (args: object = {}) => {
    const { id } = await startedBy(
      harness.call('spawn_thread', { task_name: 'a', provider: 'codex', prompt: 'go', ...args }),
    );
    runner.pump();
    return id;
  };
  const state = (id: string) => store.get(id)?.state;
  return { ...harness, runner, desk, mailroom, begun, logged, spawn, state, close };
}
