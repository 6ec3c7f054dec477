import type { PermissionRule } from '../contracts/agentRequest.ts';

export function isSameRule(rule: PermissionRule, other: PermissionRule): boolean {
  return rule.tool === other.tool && rule.subject === other.subject;
}
