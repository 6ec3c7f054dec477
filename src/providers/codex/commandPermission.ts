import * as z from 'zod';
import type { PermissionRequest } from '../driver.ts';
import { commandTitle, unwrapShell } from './commandTitle.ts';

export const commandSchema = z.looseObject({
  /** Absent in older versions, which only ask for commands. */
  kind: z.string().default('command'),
  command: z.string().nullish(),
  cwd: z.string().nullish(),
  reason: z.string().nullish(),
  networkApprovalContext: z.looseObject({ host: z.string().optional() }).nullish(),
  additionalPermissions: z.unknown().optional(),
});

/** A command that Codex will not run in its sandbox by itself, or what a running one wants beyond it. */
export function commandPermission(
  asked: z.infer<typeof commandSchema>,
  workingDir: string,
): PermissionRequest {
  const command = asked.command ? unwrapShell(asked.command) : undefined;
  const wants = wantsBeside(asked);
  const place = asked.cwd && asked.cwd !== workingDir ? `in ${asked.cwd}` : undefined;
  const detail = [command, place, ...wants, asked.reason ? `(${asked.reason})` : undefined]
    .filter(line => line !== undefined)
    .join('\n');
  const title = commandTitle(command ?? wants[0] ?? 'a command');
  // A word for this command is none for more rights, another folder, or what is typed into it later.
  const isPlain = command !== undefined && wants.length === 0 && place === undefined;
  return {
    tool: 'exec_command',
    title,
    detail,
    ...(isPlain ? { rule: { tool: 'exec_command', subject: command } } : {}),
  };
}

function wantsBeside(asked: z.infer<typeof commandSchema>): readonly string[] {
  const { kind, networkApprovalContext: network, additionalPermissions: more } = asked;
  const lines: string[] = [];
  if (kind !== 'command') lines.push(`(${kind})`);
  if (network) lines.push(`a network connection to ${network.host ?? 'a host'}`);
  if (more !== undefined && more !== null) lines.push(`with more rights: ${JSON.stringify(more)}`);
  if (lines.length === 0 && !asked.command) lines.push('a command');
  return lines;
}
