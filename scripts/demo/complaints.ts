import type { FleetLine } from './runFleet.ts';
import { remembered, tasks } from './tasks.ts';

/** What went wrong in the main job, as sentences; none when each worker ended well and one was truly resumed. */
export function complaints(fleet: readonly FleetLine[]): readonly string[] {
  const missing = tasks.filter(({ provider }) => !fleet.some(line => line.provider === provider));
  return [
    ...missing.map(({ provider }) => `There is no worker on ${provider}.`),
    ...fleet.flatMap(complaintsOf),
    ...(fleet.some(({ before }) => before !== undefined) ? [] : ['No worker was resumed.']),
  ];
}

function complaintsOf({ provider, state, result, session, turns, before }: FleetLine): readonly string[] {
  if (state !== 'completed') return [`${provider} is ${state}: ${result}`];
  if (session === '-') return [`${provider} has no session.`];
  if (before === undefined) return [];
  return [
    ...(session === before.session
      ? []
      : [`${provider} was resumed in another session: ${session} instead of ${before.session}.`]),
    ...(turns === before.turns + 1
      ? []
      : [`${provider} has ended ${turns} turns after ${before.turns} and a resume.`]),
    ...(result.includes(`earlier prompts: ${before.turns};`) && result.includes(`words: ${remembered}`)
      ? []
      : [`${provider} was resumed without its earlier turn: ${result}`]),
  ];
}
