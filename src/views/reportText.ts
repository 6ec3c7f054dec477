import type { Report } from '../contracts/report.ts';
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
