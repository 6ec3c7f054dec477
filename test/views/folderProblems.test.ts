import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DockError, toToolError } from '../../src/contracts/errors.ts';
import { folderDescription, problemMessage } from '../../src/views/folderProblems.ts';

const connected = { kind: 'connected', caller: 'person' } as const;
const well = { state: connected, trouble: undefined };
const damaged = {
  state: connected,
  trouble: { damage: ['journal/1.jsonl: foreign', 'history/a.jsonl: bad'] },
};
const diskFailed = new DockError('storage_unavailable', 'The disk failed.', { hint: 'Check it.' });
const readOnly = { state: connected, trouble: { read_only: toToolError(diskFailed), damage: ['one'] } };
const offline = {
  state: { kind: 'offline', error: new DockError('timeout', 'It is silent.', { hint: 'End it.' }) },
  trouble: undefined,
} as const;

test('above the tree stands what is wrong, the gravest first, and nothing while all is well', () => {
  assert.equal(problemMessage([well], true), '');
  assert.equal(
    problemMessage([well, damaged], true),
    'Damage in the saved state: journal/1.jsonl: foreign (and 1 more)',
  );
  assert.equal(
    problemMessage([damaged, readOnly], true),
    'Nothing can be changed: The disk failed. Check it.',
  );
  assert.equal(problemMessage([readOnly, offline], true), 'Host offline: It is silent. End it.');
});

test('an empty tree says how to begin, and in place of that only what keeps a person from it', () => {
  assert.deepEqual(
    [damaged, readOnly, offline].map(one => problemMessage([one], false)),
    ['', 'Nothing can be changed: The disk failed. Check it.', 'Host offline: It is silent. End it.'],
  );
});

test('a host of another version is named, with the way to the next one', () => {
  const other = { state: { ...connected, hostVersion: '0.0.9' }, trouble: undefined };
  assert.match(problemMessage([well, other], true), /runs AgentDock 0\.0\.9, .*host stop --when-idle/);
  assert.match(problemMessage([other, damaged], true), /^Damage/);
  assert.equal(folderDescription(other), 'host 0.0.9');
});

test('of a linked worktree it is said where its agents work, once nothing is wrong', () => {
  const linked = { ...well, elsewhere: '/home/ann/shop' };
  assert.equal(
    problemMessage([well, linked], true),
    'This is a linked worktree: agents work in /home/ann/shop',
  );
  assert.equal(folderDescription(linked), 'works in /home/ann/shop');
  // The advice on how to begin stays.
  assert.equal(problemMessage([linked], false), '');
  assert.match(problemMessage([linked, damaged], true), /^Damage/);
  assert.equal(folderDescription({ ...damaged, elsewhere: '/home/ann/shop' }), 'state damaged');
});

test('a folder says beside its name what is wrong with it', () => {
  assert.deepEqual(
    [well, damaged, readOnly, offline, { ...well, state: { kind: 'connecting' } as const }].map(
      folderDescription,
    ),
    [undefined, 'state damaged', 'read-only', 'host offline', 'connecting…'],
  );
});

test('what a file of the state holds reaches the tree as one line of text', () => {
  const trouble = { damage: ['journal/\u001b[31mred\nline'] };
  assert.equal(
    problemMessage([{ state: connected, trouble }], true),
    'Damage in the saved state: journal/red line',
  );
});
