import type { Report } from '../contracts/report.ts';
import type { Thread, Turn } from '../contracts/thread.ts';
import { workOfThread, workOfTurn } from '../core/work.ts';
import { t } from '../vscode/localize.ts';
import { escaped } from './escaped.ts';
import { knownText } from './knownText.ts';
import { permissionMeaning, permissionText } from './permissionText.ts';
import { providerName } from './providerName.ts';
import { reportOutcomeText } from './reportText.ts';
import { ruleText } from './requestText.ts';
import { safeLine } from './safeText.ts';
import { threadStateText } from './stateText.ts';
import { undeliveredLines } from './undeliveredText.ts';
import { workText } from './workText.ts';

/** Everything about a thread that fits a hover, as Markdown. What agents and models wrote is escaped. */
export function threadTooltip(thread: Thread): string {
  const { turn, error, session, result, receipt, rules } = thread;
  const all = workOfThread(thread);
  const rows: readonly (readonly [string, string] | undefined)[] = [
    [
      t('State'),
      threadStateText(thread) + (thread.reason === undefined ? '' : ` – ${escaped(thread.reason)}`),
    ],
    [
      t('Agent'),
      [
        thread.role === 'master'
          ? t('{0} master', providerName(thread.provider))
          : providerName(thread.provider),
        thread.model,
        thread.effort,
      ]
        .flatMap(part => (part === undefined ? [] : [escaped(part)]))
        .join(' · '),
    ],
    [
      t('Permission'),
      `${permissionText(thread.permission_mode)} – ${permissionMeaning(thread.permission_mode)}`,
    ],
    rules.length === 0
      ? undefined
      : [t('Allowed in this thread'), rules.map(rule => escaped(ruleText(rule))).join('; ')],
    thread.working_dir === '.' ? undefined : [t('Folder'), escaped(thread.working_dir)],
    session === undefined ? undefined : [t('Session'), escaped(session.id)],
    receipt === undefined ? undefined : [t('Last turn'), escaped(workText(workOfTurn(receipt)))],
    all === undefined ? undefined : [t('All turns'), escaped(workText(all))],
    [t('Thread'), escaped(thread.id)],
  ];
  const table = rows.flatMap(row => (row === undefined ? [] : [`**${row[0]}:** ${row[1]}`])).join('  \n');
  const task = turn === undefined ? '' : `\n\n---\n\n${taskText(turn)}`;
  const failure =
    error === undefined
      ? ''
      : `\n\n---\n\n${escaped(error.code)}: ${escaped(safeLine(error.message, 600))}${error.hint === undefined ? '' : `  \n${escaped(safeLine(error.hint, 400))}`}`;
  const answer =
    result === undefined || turn !== undefined
      ? ''
      : `\n\n---\n\n${escaped(safeLine(knownText(result), 600))}`;
  return `**${escaped(thread.task_name)}**\n\n${table}${requestsText(thread)}${task}${failure}${reported(thread)}${answer}${undelivered(thread)}`;
}

function taskText({ prompt, native }: Turn): string {
  const text = escaped(safeLine(knownText(prompt), 400));
  const place = native === true ? [t('In its own terminal')] : [];
  return [...place, ...(text === '' ? [] : [`${t('Prompt')}: ${text}`])].join('  \n');
}

/** What is asked, one below the other. */
function requestsText({ requests }: Thread): string {
  return requests
    .map(request => {
      const head =
        request.kind === 'question'
          ? t('Asks')
          : t('Needs permission for {0}', escaped(safeLine(request.tool ?? '', 60)));
      return `\n\n---\n\n**${head}:** ${escaped(safeLine(knownText(request.detail), 600))}`;
    })
    .join('');
}

/** What the agent says of its work, and where AgentDock saw something else. */
function reported({ report, receipt }: Thread): string {
  const claim = report === undefined ? [] : [claimText(report)];
  const doubts = (receipt?.doubts ?? []).map(
    doubt => `**${t('In doubt')}:** ${escaped(safeLine(doubt, 400))}`,
  );
  const lines = [...claim, ...doubts];
  return lines.length === 0 ? '' : `\n\n---\n\n${lines.join('  \n')}`;
}

function undelivered(thread: Thread): string {
  const lines = undeliveredLines(thread);
  return lines.length === 0 ? '' : `\n\n---\n\n${lines.join('  \n')}`;
}

function claimText({ outcome, summary }: Report): string {
  const head = outcome === undefined ? t('Report') : t('Report, {0}', reportOutcomeText(outcome));
  return `**${head}:** ${escaped(safeLine(knownText(summary), 600))}`;
}
