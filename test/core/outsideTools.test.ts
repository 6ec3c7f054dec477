import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toolSchemas } from '../../src/contracts/tools.ts';
import { outsideTools } from '../../src/core/outsideTools.ts';

test('a tool for agents outside AgentDock takes a key where its schema does', () => {
  for (const { name, takesKey } of outsideTools) {
    assert.equal(takesKey, 'idempotency_key' in toolSchemas[name].input.shape, name);
  }
});
