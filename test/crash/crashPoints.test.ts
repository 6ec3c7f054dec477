import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Dock, makeDock, wholeFile } from '../host/harness.ts';
import { crashAt, crashTwice } from './crash.ts';
import { type CrashPoint, describePoint } from './crashingHost.ts';
import type { Fate } from './remains.ts';
import type { CrashProvider } from './scene.ts';
import type { StoryName } from './story.ts';

// One of each kind of point; test/long/crashMatrix.test.ts runs every point on each provider.
const file = wholeFile();
let dock: Dock;
before(async () => {
  dock = await makeDock(file);
});

type Case = readonly [StoryName, CrashPoint['when'], string, Fate];

const cases: Readonly<Record<CrashProvider, readonly Case[]>> = {
  codex: [
    ['spawn', 'torn', 'journal turn.queued', 'never queued'],
    ['spawn', 'after', 'journal turn.queued', 'runs'],
    ['spawn', 'after', 'send thread/start', 'runs'],
    ['spawn', 'written', 'journal prompt.sending', 'interrupted'],
    ['spawn', 'before', 'told turn/completed', 'interrupted'],
    ['spawn', 'after', 'journal turn.ended', 'ended'],
    ['resume', 'after', 'journal prompt.sending', 'interrupted'],
    ['refusal', 'after', 'journal request.opened', 'interrupted'],
    ['cancel', 'before', 'journal cancel.requested', 'interrupted'],
    ['cancel', 'after', 'journal cancel.requested', 'cancelled'],
    ['send', 'after', 'send turn/steer', 'interrupted'],
    ['ask', 'after', 'journal request.answered', 'ended'],
    ['withdrawal', 'torn', 'journal request.closed', 'cancelled'],
  ],
  claude_code: [['spawn', 'after', 'send user', 'interrupted']],
  opencode: [['spawn', 'written', 'http POST /session/:id/prompt_async', 'interrupted']],
  command: [['spawn', 'after', 'pty spawn sh', 'interrupted']],
};

for (const provider of ['codex', 'claude_code', 'opencode', 'command'] as const) {
  for (const [story, when, at, fate] of cases[provider]) {
    const point = { at, when };
    test(`${provider}, ${story}: a host killed ${describePoint(point)} loses nothing and repeats nothing`, async () => {
      assert.equal((await crashAt(dock, provider, story, point)).fate, fate);
    });
  }
}

const recoveries: readonly (readonly [first: string, second: string, CrashPoint['when'], Fate])[] = [
  ['journal turn.starting', 'journal turn.requeued', 'before', 'runs'],
  ['journal prompt.sending', 'journal turn.ended', 'torn', 'interrupted'],
];
for (const [first, second, when, fate] of recoveries) {
  test(`codex: a host that recovers ${first} and is killed itself ${when} ${second} changes nothing`, async () => {
    const recovery = await crashTwice(dock, 'codex', { at: first, when: 'after' }, { at: second, when });
    assert.equal(recovery.fate, fate);
  });
}
