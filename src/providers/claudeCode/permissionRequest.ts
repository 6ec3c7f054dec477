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

/** The command, path or address, what the model says of it in parentheses, then everything else the call holds. */
function detailOf(tool: string, input: unknown, hidden: ReadonlySet<string>): string {
  const main = toolDetail(tool, input);
  const rest = Object.entries(isRecord(input) ? input : {}).filter(
    ([name, value]) => value !== main && !hidden.has(name),
  );
  if (main.startsWith('{')) return main;
  const said = rest.flatMap(([name, value]) =>
    isSaid(name, value) ? [`(${value.replace(/\s+/g, ' ').trim()})`] : [],
  );
  const others = rest
    .filter(([name, value]) => !isSaid(name, value))
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [main, ...said, ...(others.length === 0 ? [] : ['', ...others])].join('\n');
}

function isSaid(name: string, value: unknown): value is string {
  return name === 'description' && typeof value === 'string' && value.trim() !== '';
}
