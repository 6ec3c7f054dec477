import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  randomBytes,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';

/** Which side of a connection proves that it knows the endpoint's key. */
export type Side = 'client' | 'host';

export interface Nonces {
  readonly client: string;
  readonly host: string;
}

export function makeNonce(): string {
  return randomBytes(32).toString('hex');
}

/** HMAC-SHA256 over the side and both nonces, hex: shows the key without sending it, and cannot be replayed. */
export function proofOf(key: string, side: Side, nonces: Nonces): string {
  return createHmac('sha256', key).update(text(side, nonces)).digest('hex');
}

export function isProof(proof: string, key: string, side: Side, nonces: Nonces): boolean {
  const given = Buffer.from(proof);
  const wanted = Buffer.from(proofOf(key, side, nonces));
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** Ed25519 signature of the same text by a window's private key (PEM), base64. */
export function signAsWindow(privateKey: string, nonces: Nonces): string {
  return sign(null, Buffer.from(text('client', nonces)), createPrivateKey(privateKey)).toString('base64');
}

/** False, too, for a key that cannot be read. */
export function isWindowSignature(signature: string, publicKey: string, nonces: Nonces): boolean {
  try {
    const key = createPublicKey(publicKey);
    return verify(null, Buffer.from(text('client', nonces)), key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

function text(side: Side, nonces: Nonces): string {
  return `agentdock ${side} ${nonces.client} ${nonces.host}`;
}
