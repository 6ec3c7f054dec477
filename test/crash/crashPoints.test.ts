import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Dock, makeDock, wholeFile } from '../host/harness.ts';
import type { RealProvider } from '../host/turns.ts';
import { crashAt } from './crash.ts';
import { type CrashPoint, describePoint } from './crashingHost.ts';
import type { Fate } from './recovered.ts';
import type { StoryName } from './story.ts';

// Each kind of point on one provider at least; test/long/crashMatrix.test.ts runs every point on each.
const file = wholeFile();
let dock: Dock;
before(async () => {
  dock = await makeDock(file);
});

type Case = readonly [StoryName, CrashPoint['when'], string, Fate, nth?: number];

const cases: Readonly<Record<RealProvider, readonly Case[]>> = {
  codex: [
    ['spawn', 'before', 'file host.json', 'never queued'],
    ['spawn', 'torn', 'journal turn.queued', 'never queued'],
    ['spawn', 'after', 'journal turn.queued', 'runs'],
    ['spawn', 'after', 'journal turn.preparing', 'runs'],
    ['spawn', 'before', 'spawn codex app-server', 'runs'],
    ['spawn', 'after', 'spawn codex app-server', 'runs'],
    ['spawn', 'after', 'send thread/start', 'runs'],
    ['spawn', 'after', 'journal session.bound', 'runs'],
    ['spawn', 'written', 'journal prompt.sending', 'interrupted'],
    ['spawn', 'after', 'journal prompt.sending', 'interrupted'],
    ['spawn', 'after', 'send turn/start', 'interrupted'],
    ['spawn', 'before', 'told turn/completed', 'interrupted'],
    ['spawn', 'after', 'journal turn.ended', 'ended'],
    ['resume', 'after', 'send thread/resume', 'runs'],
    ['refusal', 'after', 'journal permission.refused', 'interrupted'],
    ['cancel', 'before', 'journal cancel.requested', 'interrupted'],
    ['cancel', 'after', 'journal cancel.requested', 'cancelled'],
  ],
  claude_code: [
    ['spawn', 'after', 'spawn claude -p', 'runs'],
    ['spawn', 'after', 'send user', 'interrupted'],
    ['spawn', 'before', 'journal turn.ended', 'interrupted'],
    ['resume', 'after', 'journal prompt.sending', 'interrupted', 2],
    ['cancel', 'after', 'send control_request interrupt', 'cancelled'],
  ],
  opencode: [
    ['spawn', 'after', 'spawn opencode serve', 'runs'],
    ['spawn', 'written', 'http POST /session', 'runs'],
    ['spawn', 'written', 'http POST /session/:id/prompt_async', 'interrupted'],
    ['spawn', 'after', 'journal turn.ended', 'ended'],
  ],
};

for (const provider of ['codex', 'claude_code', 'opencode'] as const) {
  for (const [story, when, at, fate, nth = 1] of cases[provider]) {
    const point = { at, when, nth };
    test(`${provider}, ${story}: a host killed ${describePoint(point)} loses nothing and repeats nothing`, async () => {
      assert.equal((await crashAt(dock, provider, story, point)).fate, fate);
    });
  }
}
