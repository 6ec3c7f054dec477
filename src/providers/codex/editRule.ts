import { readlink, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { PermissionRule } from '../../contracts/agentRequest.ts';

/** Folders that the sandbox of every mode keeps: their files run as the person, or say what an agent may do. */
const guarded: ReadonlySet<string> = new Set(['.git', '.agentdock', '.codex', '.agents', '.aws']);

/** What *allow for this thread* covers when these files are changed: all edits that stay where this one stays. */
export async function editRule(
  paths: readonly string[],
  workspace: string,
): Promise<PermissionRule | undefined> {
  const areOrdinary = await Promise.all(paths.map(file => isOrdinary(file, workspace)));
  return paths.length > 0 && areOrdinary.every(Boolean) ? { tool: 'apply_patch' } : undefined;
}

async function isOrdinary(file: string, workspace: string): Promise<boolean> {
  const inside = path.relative(workspace, await realFile(file));
  if (inside === '' || path.isAbsolute(inside)) return false;
  const parts = inside.split(path.sep);
  return parts[0] !== '..' && !parts.some(part => guarded.has(part.toLowerCase()));
}

/** Where a file, which may not be there yet, really lies. A link that leads nowhere yet could lead anywhere. */
async function realFile(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    const { root, dir, base } = path.parse(file);
    const isLink = await readlink(file).then(
      () => true,
      () => false,
    );
    return isLink || dir === root ? path.join(root, base) : path.join(await realFile(dir), base);
  }
}
