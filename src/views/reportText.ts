import type { Report } from '../contracts/report.ts';
import type { Thread } from '../contracts/thread.ts';
import { t } from '../vscode/localize.ts';

export function reportOutcomeText(outcome: NonNullable<Report['outcome']>): string {
  switch (outcome) {
    case 'done':
      return t('done');
    case 'partial':
      return t('done in part');
    case 'failed':
      return t('failed');
    case 'blocked':
      return t('blocked');
  }
}

/** What AgentDock itself saw of a turn: `3 tool calls · 2 files changed`. */
export function receiptText({ tool_calls, files }: NonNullable<Thread['receipt']>): string {
  return [
    tool_calls === 1 ? t('1 tool call') : t('{0} tool calls', tool_calls),
    ...(files === undefined
      ? []
      : [files.length === 1 ? t('1 file changed') : t('{0} files changed', files.length)]),
  ].join(' · ');
}
