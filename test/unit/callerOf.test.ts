import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessRef, Thread } from '../../src/contracts/thread.ts';
import { callerOf, type Declared, type LineProcess } from '../../src/host/callerOf.ts';
import { makeThread, makeTurn } from '../core/makeThread.ts';

const nothing: Declared = { marks: [], thread: undefined };
const bare = { PATH: '/bin' };

/** A line of processes, nearest first, from their environments; the pid of each is its place from the outermost. */
function line(...environments: readonly LineProcess['environment'][]): LineProcess[] {
  return environments.map((environment, index) => ({ ...named(environments.length - index), environment }));
}

function named(pid: number) {
  return { pid, start_time: `time ${pid}` };
}

function running(id: string, process?: Partial<ProcessRef>): Thread {
  const ref = process && { ...named(2), name: 'agent', shared: false, ...process };
  return makeThread({ id, state: 'running', turn: makeTurn({ id: 'turn', ...(ref && { process: ref }) }) });
}

function identify(processes: readonly LineProcess[], given: Partial<Declared> = {}, threads: Thread[] = []) {
  const all = new Map(
    [makeThread({ id: 'thread-own' }), makeThread({ id: 'thread-sibling' }), ...threads].map(one => [
      one.id,
      one,
    ]),
  );
  const active = new Map(threads.map(one => [one.id, one]));
  const caller = callerOf(processes, { ...nothing, ...given }, { all, active });
  if (caller.kind === 'person') return 'person';
  return caller.place === 'thread' ? caller.thread : caller.place;
}

const own = { AGENTDOCK_THREAD: 'thread-own', AGENTDOCK_FOLDER: 'f', CLAUDECODE: '1' };
const forged = { ...own, AGENTDOCK_THREAD: 'thread-sibling' };
const dropped = { AGENTDOCK_FOLDER: 'f', CLAUDECODE: '1' };
const server = { AGENTDOCK_FOLDER: 'f', AGENTDOCK_HOST: 'h' };

test('nothing but plain processes is the person', () => {
  assert.equal(identify(line(bare, {}, bare)), 'person');
  assert.equal(identify(line(bare, undefined)), 'person');
});

test('an agent that no host of ours stands behind is from outside', () => {
  assert.equal(identify(line({ CLAUDECODE: '1' }, bare)), 'outside');
  assert.equal(identify(line(bare, { CODEX_CI: '1' }, bare)), 'outside');
  assert.equal(identify(line(bare), { marks: ['OPENCODE'] }), 'outside');
});

test('the outermost process names the thread, whatever the caller dropped, changed or declares', () => {
  for (const nearest of [own, forged, dropped, bare]) {
    for (const given of [nothing, { marks: ['CLAUDECODE'] }, { marks: [], thread: 'thread-sibling' }]) {
      assert.equal(identify(line(nearest, own, bare), given), 'thread-own');
      assert.equal(identify(line(nearest, forged, own, bare, bare), given), 'thread-own');
    }
  }
});

test('a thread that this host does not know is passed over', () => {
  assert.equal(identify(line(own, { AGENTDOCK_THREAD: 'thread-elsewhere' })), 'thread-own');
});

test('a mark of ours without a known thread is of an unknown thread, and what the caller declares does not help', () => {
  for (const mark of ['AGENTDOCK_THREAD', 'AGENTDOCK_FOLDER', 'AGENTDOCK_HOST']) {
    const marked = { [mark]: 'thread-elsewhere', CLAUDECODE: '1' };
    for (const given of [nothing, { marks: [mark], thread: 'thread-own' }]) {
      assert.equal(identify(line(marked, bare), given), 'unknown');
      assert.equal(identify(line({ CLAUDECODE: '1' }, marked, bare), given), 'unknown');
    }
    assert.equal(identify(line(bare), { marks: [mark], thread: 'thread-own' }), 'unknown');
  }
});

test('a process that cannot be looked at is of an unknown thread', () => {
  assert.equal(identify([]), 'unknown');
  assert.equal(identify([], { marks: ['CLAUDECODE'], thread: 'thread-own' }), 'unknown');
});

test('the process of a thread’s turn names it, with or without environments', () => {
  const threads = [running('thread-turn', {})];
  for (const environment of [bare, forged, undefined]) {
    assert.equal(
      identify(line(environment, environment, bare), { thread: 'thread-sibling' }, threads),
      'thread-turn',
    );
  }
  const before = [running('thread-turn', { start_time: 'of an earlier process' })];
  assert.equal(identify(line(bare, bare, bare), nothing, before), 'person');
});

test('below a server of many threads only the mark of one that it works for names a thread', () => {
  const serves = (...ids: string[]) => ids.map(id => running(id, { shared: true }));
  const both = serves('thread-first', 'thread-second');
  const first = { ...server, AGENTDOCK_THREAD: 'thread-first' };
  assert.equal(identify(line(first, server, bare), nothing, both), 'thread-first');
  assert.equal(identify(line(forged, first, server, bare), nothing, both), 'thread-first');
  assert.equal(identify(line(dropped, server, bare), { thread: 'thread-first' }, both), 'unknown');
  assert.equal(identify(line(forged, server, bare), nothing, both), 'unknown');
  assert.equal(identify(line(bare, bare, bare), nothing, both), 'unknown');
});

test('where no environment can be read, the caller’s word names the thread, within what its server works for', () => {
  const hidden = line(undefined, undefined, undefined);
  const said = { marks: ['AGENTDOCK_THREAD'], thread: 'thread-own' };
  assert.equal(identify(hidden, said), 'thread-own');
  assert.equal(identify(hidden, { ...said, thread: 'thread-elsewhere' }), 'unknown');
  assert.equal(identify(hidden, { marks: ['CLAUDECODE'] }), 'outside');
  assert.equal(identify(hidden), 'person');
  const served = [running('thread-first', { shared: true })];
  assert.equal(identify(hidden, said, served), 'unknown');
  assert.equal(identify(hidden, { ...said, thread: 'thread-first' }, served), 'thread-first');
});
