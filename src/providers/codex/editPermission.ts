import path from 'node:path';
import { oneLine } from '../../core/oneLine.ts';
import type { PermissionRequest } from '../driver.ts';
import { editRule } from './editRule.ts';
import type { FileChangeItem } from './items.ts';
import { unifiedDiff } from './unifiedDiff.ts';

interface Asked {
  readonly reason?: string | null | undefined;
  /** More than this change: everything below the folder. */
  readonly grantRoot?: string | null | undefined;
}

/** A change of files, with what it would make of them. */
export async function editPermission(
  changes: FileChangeItem['changes'],
  { reason, grantRoot }: Asked,
  { workspace, workingDir }: { readonly workspace: string; readonly workingDir: string },
): Promise<PermissionRequest> {
  const shown = (file: string): string => {
    const inside = path.relative(workingDir, file);
    return inside.startsWith('..') || path.isAbsolute(inside) ? file : inside;
  };
  const named = (show: (file: string) => string): readonly string[] =>
    changes.map(({ path: file, kind: { move_path: to } }) =>
      to ? `${show(file)} → ${show(to)}` : show(file),
    );
  const all = grantRoot ? [`all files below ${grantRoot}`] : [];
  const detail = [...named(file => file), ...all, ...(reason ? [`(${reason})`] : [])].join('\n');
  const paths = changes.flatMap(({ path: file, kind }) => (kind.move_path ? [file, kind.move_path] : [file]));
  const rule = grantRoot ? undefined : await editRule(paths, workspace);
  return {
    tool: 'apply_patch',
    title: oneLine([...named(shown), ...all].join(', ')) || 'a file',
    detail: detail || 'a file',
    ...(changes.length === 0 ? {} : { diff: unifiedDiff(changes, shown) }),
    ...(rule === undefined ? {} : { rule }),
  };
}
