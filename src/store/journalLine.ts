import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * One line of the journal: JSON that ends in `"mac":"…"}`. The MAC is an HMAC-SHA256 over everything before it,
 * which holds the journal's own id (`j`) and the MAC of the line before (`prev`): a line can be neither forged nor
 * brought from another journal, and one that is missing shows.
 */
export interface AuthenticLine {
  /** What was given to be written. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly journal: string;
  readonly prev: string;
  readonly mac: string;
}

export type CheckedLine =
  | { readonly kind: 'authentic'; readonly line: AuthenticLine }
  /** Well formed, but not written with this key, or changed since. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'corrupt' };

/** `prev` of a journal's very first line. */
export const chainStart = '';

const macAtEnd = /,"mac":"([\w-]{43})"\}$/;

export interface EncodedLine {
  /** With its newline. */
  readonly text: string;
  readonly mac: string;
}

export function encodeLine(
  key: Buffer,
  journal: string,
  prev: string,
  value: Readonly<Record<string, unknown>>,
): EncodedLine {
  const body = JSON.stringify({ ...value, j: journal, prev });
  const mac = macOf(key, body);
  return { text: `${body.slice(0, -1)},"mac":"${mac}"}\n`, mac };
}

/** `text` without its newline. */
export function checkLine(key: Buffer, text: string): CheckedLine {
  const match = macAtEnd.exec(text);
  const value = parseObject(text);
  if (value === undefined) return { kind: 'corrupt' };
  const mac = match?.[1];
  if (match === null || mac === undefined) return { kind: 'foreign' };
  const { j: journal, prev, mac: _mac, ...content } = value;
  if (typeof journal !== 'string' || typeof prev !== 'string') return { kind: 'foreign' };
  const expected = macOf(key, `${text.slice(0, match.index)}}`);
  if (!timingSafeEqual(Buffer.from(mac), Buffer.from(expected))) return { kind: 'foreign' };
  return { kind: 'authentic', line: { value: content, journal, prev, mac } };
}

function macOf(key: Buffer, body: string): string {
  return createHmac('sha256', key).update(body).digest('base64url');
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
