import assert from 'node:assert/strict';
import { sign, verify } from 'node:crypto';
import { test } from 'node:test';
import { windowIdentity } from '../../src/vscode/windowIdentity.ts';

function makeSecrets(first?: string) {
  let value = first;
  const registered: string[] = [];
  const secrets = {
    get: async (_key: string) => value,
    store: async (_key: string, text: string) => {
      value = text;
    },
  };
  const register = async (key: string) => {
    registered.push(key);
  };
  return { secrets, register, registered };
}

test('the key pair is made once, signs, and its public half is registered', async () => {
  const { secrets, register, registered } = makeSecrets();
  const first = await windowIdentity(secrets, register);
  const second = await windowIdentity(secrets, register);
  assert.deepEqual(second, first);
  assert.deepEqual(registered, [first.publicKey, first.publicKey]);
  const text = Buffer.from('window');
  assert.ok(verify(null, text, first.publicKey, sign(null, text, first.privateKey)));
});

test('two windows that start at once end with keys that are both registered', async () => {
  const { secrets, register, registered } = makeSecrets();
  const [one, two] = await Promise.all([
    windowIdentity(secrets, register),
    windowIdentity(secrets, register),
  ]);
  assert.ok(registered.includes(one.publicKey) && registered.includes(two.publicKey));
  assert.deepEqual(await windowIdentity(secrets, register), two);
});

test('a key that cannot be kept is a typed error, and the next try may succeed', async () => {
  const { secrets, register } = makeSecrets();
  const failing = async () => {
    throw new Error('EACCES: permission denied');
  };
  await assert.rejects(windowIdentity(secrets, failing), { code: 'storage_unavailable', message: /EACCES/ });
  await assert.rejects(windowIdentity({ ...secrets, get: failing }, register), {
    code: 'storage_unavailable',
  });
  assert.match((await windowIdentity(secrets, register)).publicKey, /BEGIN PUBLIC KEY/);
});

test('a broken secret is replaced', async () => {
  const { secrets, register } = makeSecrets('not json');
  assert.match((await windowIdentity(secrets, register)).publicKey, /BEGIN PUBLIC KEY/);
});
