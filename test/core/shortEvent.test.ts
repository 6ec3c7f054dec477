import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventText } from '../../src/core/eventText.ts';
import { shortEvent } from '../../src/core/shortEvent.ts';
import { jsonBytes, textPage } from '../../src/core/textPage.ts';

const base = { seq: 7, at: '2026-01-01T00:00:00.000Z', type: 'one' };
const noRef = () => Promise.reject(new Error('not asked'));

test('an event of many texts is short, too, and nothing of it is lost', async () => {
  const event = { ...base, many: Array.from({ length: 40 }, (_, n) => `${n}${'x'.repeat(1_900)}`) };
  const short = shortEvent(event, 20_000);
  assert.ok(jsonBytes(short) <= 20_000);
  assert.equal((await eventText(event, noRef)).split('\n').length, 40);
  const nested = {
    ...base,
    table: Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`key${n}`, n])),
  };
  const { cut, ...head } = shortEvent(nested, 20_000);
  assert.deepEqual([head, typeof cut], [base, 'string']);
  assert.deepEqual(JSON.parse(await eventText(nested, noRef)), nested);
});

test('a page takes what its JSON may have, and cuts no character in two', () => {
  const text = '🐟'.repeat(1_000);
  const page = textPage(text, 0, 1_001);
  assert.ok(page.isWellFormed() && page.length > 400 && jsonBytes(page) <= 1_001);
  const controls = textPage('\u0001'.repeat(1_000), 0, 600);
  assert.ok(jsonBytes(controls) <= 600 && controls.length > 90);
  assert.equal(textPage('abc', 3, 600), '');
});
