import type { PermissionRequest } from '../driver.ts';
import { permissionDiff } from './permissionDiff.ts';
import { permissionRule } from './permissionRule.ts';
import { isRecord, toolDetail, toolTitle } from './toolTitle.ts';

/** Stand in the diff. */
const shownByDiff: ReadonlySet<string> = new Set(['content', 'old_string', 'new_string', 'new_source']);

/** What a person needs to know to allow a call, or not. */
export async function permissionRequest(
  tool: string,
  input: unknown,
  workspace: string,
): Promise<PermissionRequest> {
  const diff = await permissionDiff(tool, input, workspace);
  const rule = await permissionRule(tool, input, workspace);
  return {
    tool,
    title: toolTitle(tool, input),
    detail: detailOf(tool, input, diff === undefined ? new Set() : shownByDiff),
    ...(diff === undefined ? {} : { diff }),
    ...(rule === undefined ? {} : { rule }),
  };
}

/** The command, path or address, then everything else the call says. */
function detailOf(tool: string, input: unknown, hidden: ReadonlySet<string>): string {
  const main = toolDetail(tool, input);
  const rest = Object.entries(isRecord(input) ? input : {}).filter(
    ([name, value]) => value !== main && !hidden.has(name),
  );
  if (rest.length === 0 || main.startsWith('{')) return main;
  const lines = rest.map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return [main, '', ...lines].join('\n');
}
