import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../store/atomicFile.ts';

/**
 * Whether a host of this user has served this very folder before: what lies in its drop folder at the first start came
 * with a clone or an archive, for all we know. The proof lies in the state and is made with this user's key over the
 * folder's path, so that none can be brought along, and a state that was removed or moved counts as none.
 */
export function knownFolder(options: {
  readonly drops: string;
  readonly workspace: string;
  readonly key: Buffer;
}): { isKnown(): Promise<boolean>; markKnown(): Promise<void> } {
  const file = join(options.drops, 'known');
  const proof = createHmac('sha256', options.key).update(`known ${options.workspace}`).digest('hex');
  return {
    isKnown: async () => {
      const found = await readFile(file, 'latin1').catch(() => '');
      return found.length === proof.length && timingSafeEqual(Buffer.from(found), Buffer.from(proof));
    },
    markKnown: () => writeFileAtomic(file, proof, { fsync: true }),
  };
}
