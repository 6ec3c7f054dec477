import { ruleWords } from '../../core/ruleWords.ts';
import type { Command } from '../command.ts';
import { printJson } from '../io.ts';

export const forget: Command = {
  name: 'forget',
  usage: '<thread>',
  summary: 'Take back what you allowed for the whole thread: the agent asks again',
  options: {},
  words: [1, 1],
  run: async ([thread_id = ''], _options, { output, json, client }) => {
    const { forgotten } = await (await client()).forgetRules({ thread: thread_id });
    if (json) printJson(output, { ok: true, result: { forgotten } });
    else if (forgotten.length === 0) output.out('Nothing was allowed for the whole thread.');
    else for (const rule of forgotten) output.out(`no longer allowed: ${ruleWords(rule)}`);
    return 0;
  },
};
