import type { PermissionRule } from '../contracts/agentRequest.ts';
import { oneLine } from './oneLine.ts';

/** What a rule lets pass, in English and on one line. */
export function ruleWords({ tool, subject }: PermissionRule): string {
  return subject === undefined ? `everything of ${tool}` : `${tool}: ${oneLine(subject)}`;
}
