// Run by a test as a process of its own: takes part in many races for a lock, all racers starting at the same moment.
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { toToolError } from '../../src/contracts/errors.ts';
import { startTimeOf } from '../../src/providers/process/processTable.ts';
import { acquireLock, type Lock } from '../../src/store/lock.ts';

const [folder = '', rounds = '0', start = '0', interval = '0'] = process.argv.slice(2);
const locks: (Lock | undefined)[] = [];
const results: string[] = [];
for (let round = 0; round < Number(rounds); round += 1) {
  await pause(Math.max(0, Number(start) + round * Number(interval) - Date.now() - 2));
  while (Date.now() < Number(start) + round * Number(interval));
  try {
    locks[round] = await acquireLock({ file: join(folder, `lock-${round}`), startTimeOf });
    results[round] = 'won';
  } catch (error) {
    results[round] = toToolError(error).code;
  }
}
// All racers are done when the last round is well over; the winners must still own what they won.
await pause(1000);
for (const [round, lock] of locks.entries()) {
  if (lock !== undefined && !(await lock.stillOurs())) results[round] = 'robbed';
}
process.stdout.write(JSON.stringify(results));
