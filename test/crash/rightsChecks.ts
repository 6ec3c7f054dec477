import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { AgentRequest, PermissionRule } from '../../src/contracts/agentRequest.ts';
import type { StateChange } from '../../src/contracts/journalEvent.ts';
import { isSameRule } from '../../src/core/sameRule.ts';
import type { Remains } from './remains.ts';
import { askedFile, type Scene } from './scene.ts';

/** What the next host lets the thread do, and what it waits for, is what the journal says. */
export function checkRights({ acknowledged }: Scene, remains: Remains, client: DockClient): void {
  const { thread, changes } = remains;
  if (acknowledged.forgotten) {
    const isForgotten = changes.some(({ type }) => type === 'rules.forgotten');
    assert.ok(isForgotten, 'rules that were taken back, as the person was told, are not');
  }
  const shown = [...client.threads.values()].find(({ id }) => id === thread);
  if (shown === undefined) return;
  assert.deepEqual(shown.rules, rulesIn(changes), 'what the thread may do without asking');
  const over = changes.flatMap(change =>
    change.type === 'request.answered' || change.type === 'request.closed' ? [change.request_id] : [],
  );
  const open = shown.requests.filter(({ id }) => over.includes(id));
  assert.deepEqual(open, [], 'requests that are over are open again');
}

/** What needs a permission has happened only after the journal said yes. */
export function checkAsked({ dock, tag }: Scene, { changes }: Remains): void {
  const isAllowed = changes.some(
    change => change.type === 'request.answered' && change.decision?.startsWith('allow') === true,
  );
  const isMade = existsSync(join(dock.workspace, askedFile(tag)));
  assert.ok(isAllowed || !isMade, `${askedFile(tag)} was made, and nobody allowed it`);
}

function rulesIn(changes: readonly StateChange[]): readonly PermissionRule[] {
  const asked = new Map<string, AgentRequest['rule']>();
  let rules: readonly PermissionRule[] = [];
  for (const change of changes) {
    if (change.type === 'request.opened') asked.set(change.request.id, change.request.rule);
    if (change.type === 'request.answered' && change.decision === 'allow_thread') {
      const rule = asked.get(change.request_id);
      if (rule !== undefined) rules = [...rules, rule];
    }
    if (change.type === 'rules.forgotten')
      rules = rules.filter(one => !change.rules.some(other => isSameRule(one, other)));
  }
  return rules;
}
