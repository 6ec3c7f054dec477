import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { roles } from '../../../src/contracts/ids.ts';
import { toolsOf } from '../../../src/tools/mcp/offeredTools.ts';
import { serverInstructions } from '../../../src/tools/mcp/serverInstructions.ts';
import { enter, makeDoors } from './doorsHarness.ts';

/** To change it is to change what agents can do: see that it is meant. */
const pinned = join(import.meta.dirname, 'toolSets.json');

test('each role gets exactly these tools, with these parameters', async t => {
  const { doors, spawn } = await makeDoors(t);
  const sets: Record<string, unknown> = {};
  for (const role of roles) {
    const client = await enter(t, doors.open((await spawn({ role })).id));
    const { tools } = await client.listTools();
    sets[role] = Object.fromEntries(
      tools.map(({ name, annotations, inputSchema }) => [name, { annotations, inputSchema }]),
    );
  }
  assert.deepEqual(sets, JSON.parse(await readFile(pinned, 'utf8')));
});

for (const role of roles) {
  test(`what a ${role} is told fits strict clients, and short memories`, async t => {
    const { doors, spawn } = await makeDoors(t);
    const client = await enter(t, doors.open((await spawn({ role })).id));
    const { tools } = await client.listTools();
    for (const { name, description = '', inputSchema } of tools) {
      assert.equal(inputSchema.type, 'object', name);
      assert.ok(description.length > 20 && description.length <= 400, name);
      assert.deepEqual(unfit(inputSchema, name), []);
    }
    const instructions = client.getInstructions() ?? '';
    assert.ok(instructions.length > 200 && instructions.length < 2000);
    // It speaks of no tool that this role does not have.
    const mentioned = instructions.match(/\b[a-z]+_threads?\b|\b(?:list|send)_[a-z]+\b/g) ?? [];
    const names = new Set(tools.map(({ name }) => name));
    assert.deepEqual(
      mentioned.filter(name => !names.has(name)),
      [],
    );
  });
}

test('the tools of a master say what is true with the setting that wakes it', () => {
  const told = (wake: 'each' | 'all_done' | 'never') => {
    const tools = toolsOf('master', wake);
    for (const { name, description } of tools) assert.ok(description.length <= 400, name);
    assert.ok(serverInstructions('master', wake).length < 2000);
    const said = tools.filter(({ name }) => /^(spawn_thread|wait_threads)$/.test(name));
    return said.map(({ description }) => description).join('\n');
  };
  assert.match(told('each'), /comes to you by itself when it ends[\s\S]*Seldom needed/);
  assert.match(told('all_done'), /once none of your threads is active[\s\S]*while others still work/);
  assert.match(told('never'), /Then call wait_threads[\s\S]*until all that you wait for have ended/);
  assert.doesNotMatch(told('never'), /when it ends|just end your turn/);
});

/** Keywords that clients and vendors' APIs do not all take, and properties without a type of their own. */
function unfit(schema: unknown, path: string): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap((one, index) => unfit(one, `${path}[${index}]`));
  return Object.entries(schema).flatMap(([key, value]) => [
    ...(/^(\$.*|anyOf|oneOf|allOf|not|pattern|patternProperties|format|const)$/.test(key)
      ? [`${path}.${key}`]
      : []),
    ...unfit(value, `${path}.${key}`),
  ]);
}
