import assert from 'node:assert/strict';
import { test } from 'node:test';
import { age } from '../../src/core/age.ts';
import { userFolder } from '../../src/core/userFolder.ts';

test('the user folder follows each platform’s rule', {
  skip: process.platform === 'win32' && 'paths are joined in the Windows way there',
}, () => {
  assert.equal(userFolder({ HOME: '/home/me' }, 'linux'), '/home/me/.config/agentdock');
  assert.equal(userFolder({ HOME: '/home/me', XDG_CONFIG_HOME: '/cfg' }, 'linux'), '/cfg/agentdock');
  assert.equal(
    userFolder({ HOME: '/home/me', XDG_CONFIG_HOME: 'relative' }, 'linux'),
    '/home/me/.config/agentdock',
  );
  assert.equal(
    userFolder({ HOME: '/Users/me' }, 'darwin'),
    '/Users/me/Library/Application Support/AgentDock',
  );
});

test('an age is told in its largest unit', () => {
  const from = '2026-01-01T00:00:00.000Z';
  const after = (seconds: number) => age(from, Date.parse(from) + seconds * 1000);
  assert.deepEqual(
    [after(0), after(59), after(60), after(3599), after(7200), after(200_000)],
    ['0s', '59s', '1m', '59m', '2h', '2d'],
  );
});
