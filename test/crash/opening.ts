import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { Scene, Story } from './scene.ts';

/** From where on the host counts its calls: the end of the opening, which is told by a file, or its own start. */
export function countsFrom(scene: Scene, { opening }: Story): { readonly from?: string } {
  return opening === undefined ? {} : { from: signOf(scene) };
}

export async function tellOpening(scene: Scene, { opening }: Story, client: DockClient): Promise<void> {
  if (opening === undefined) return;
  await opening(scene, client);
  await writeFile(signOf(scene), '');
}

function signOf({ dock, tag }: Scene): string {
  return join(dock.home, `${tag}-opened`);
}
