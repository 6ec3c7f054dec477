import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { writeFileAtomic } from './atomicFile.ts';
import type { JournalPosition } from './journalScan.ts';

/** Which image this user's host wrote, and which place in the journal it stands for. */
const sealedImageSchema = z.object({
  sha256: z.string(),
  position: z.object({
    journal: z.string(),
    segment: z.number().int(),
    offset: z.number().int(),
    mac: z.string(),
    gseq: z.number().int(),
    epoch: z.number().int(),
  }),
});
export type SealedImage = z.infer<typeof sealedImageSchema>;

const sealSchema = z.object({ v: z.literal(1), images: z.array(sealedImageSchema), mac: z.string() });

export function sealImage(image: Uint8Array, position: JournalPosition): SealedImage {
  return { sha256: hashOfImage(image), position };
}

export function hashOfImage(image: Uint8Array): string {
  return createHash('sha256').update(image).digest('hex');
}

/** The images that are vouched for, newest first; none when the seal is missing, damaged or not this user's. */
export async function readSeal(file: string, key: Buffer): Promise<readonly SealedImage[]> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return [];
  try {
    const { images, mac } = sealSchema.parse(JSON.parse(text));
    const expected = Buffer.from(macOf(key, images));
    const given = Buffer.from(mac);
    return expected.length === given.length && timingSafeEqual(expected, given) ? images : [];
  } catch {
    return [];
  }
}

export async function writeSeal(file: string, key: Buffer, images: readonly SealedImage[]): Promise<void> {
  const seal = { v: 1, images, mac: macOf(key, images) };
  await writeFileAtomic(file, `${JSON.stringify(seal)}\n`, { fsync: true });
}

function macOf(key: Buffer, images: readonly SealedImage[]): string {
  return createHmac('sha256', key).update(JSON.stringify(images)).digest('base64url');
}
