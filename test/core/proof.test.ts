import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { isProof, isWindowSignature, makeNonce, proofOf, signAsWindow } from '../../src/core/proof.ts';

const makeNonces = () => ({ client: makeNonce(), host: makeNonce() });

test('a proof holds for its key, side and nonces alone', () => {
  const nonces = makeNonces();
  const proof = proofOf('key', 'client', nonces);
  assert.equal(isProof(proof, 'key', 'client', nonces), true);
  assert.equal(isProof(proof, 'other', 'client', nonces), false);
  assert.equal(isProof(proof, 'key', 'host', nonces), false);
  assert.equal(isProof(proof, 'key', 'client', makeNonces()), false);
  assert.equal(isProof('', 'key', 'client', nonces), false);
});

test('a window signature holds for its key and nonces alone', () => {
  const mine = makeKeys();
  const other = makeKeys();
  const nonces = makeNonces();
  const signature = signAsWindow(mine.privateKey, nonces);
  assert.equal(isWindowSignature(signature, mine.publicKey, nonces), true);
  assert.equal(isWindowSignature(signature, other.publicKey, nonces), false);
  assert.equal(isWindowSignature(signature, mine.publicKey, makeNonces()), false);
  assert.equal(isWindowSignature(signature, 'no key', nonces), false);
});

function makeKeys() {
  return generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}
