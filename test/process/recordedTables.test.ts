import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePs, parsePsEnvironments } from '../../src/providers/process/darwinProcesses.ts';
import { parseStat } from '../../src/providers/process/linuxProcesses.ts';
import { parseCimProcesses, taskkillArguments } from '../../src/providers/process/windowsProcesses.ts';

const rest = '0 -1 4194304 90 0 0 0 1 2 0 0 20 0 1 0 68771 8192 120 18446744073709551615';

test('a linux process is read from its stat line whatever its name holds', () => {
  const expected = { pid: 42, ppid: 7, group: 40, startTime: '68771' };
  assert.deepEqual(parseStat(`42 (bash) S 7 40 40 ${rest}`), expected);
  assert.deepEqual(parseStat(`42 (a) Z (b) R 1) S 7 40 40 ${rest}`), expected);
  assert.deepEqual(parseStat(`42 (new\nline ) S 7 40 40 ${rest}`), expected);
});

test('a linux zombie is gone, unless other threads of it still run', () => {
  assert.equal(parseStat(`42 (sh) Z 7 40 40 ${rest}`), undefined);
  assert.equal(parseStat(`42 (sh) X 7 40 40 ${rest}`), undefined);
  assert.equal(parseStat(`42 (go) Z 7 40 40 ${rest.replace('20 0 1', '20 0 9')}`)?.pid, 42);
});

test('a stat line that is cut gives nothing', () => {
  assert.equal(parseStat(''), undefined);
  assert.equal(parseStat('42 (sh) S 7'), undefined);
});

test('macOS processes are read from ps, without zombies', () => {
  const output = [
    '    1     0     1 Ss   Mon Nov 17 08:02:11 2025    ',
    '  501     1   501 S    Mon Nov 17 08:03:40 2025    ',
    ' 1812   501   501 Z    Sun Nov 23 02:50:01 2025    ',
    '99001  1812   501 R+   Sun Nov 23 02:50:02 2025    ',
    '',
  ].join('\n');
  assert.deepEqual(parsePs(output), [
    { pid: 1, ppid: 0, group: 1, startTime: 'Mon Nov 17 08:02:11 2025' },
    { pid: 501, ppid: 1, group: 501, startTime: 'Mon Nov 17 08:03:40 2025' },
    { pid: 99001, ppid: 1812, group: 501, startTime: 'Sun Nov 23 02:50:02 2025' },
  ]);
});

test('macOS environments are the words behind the command line, and never words of it', () => {
  const environments = parsePsEnvironments(
    [
      '  501 /bin/zsh -l HOME=/Users/ann maria AGENTDOCK_THREAD=thread-abc PATH=/bin',
      '  502 grep AGENTDOCK_THREAD=thread-abc notes HOME=/Users/ann',
      '  503 sleep 10 AGENTDOCK_THREAD=thread-abc',
      '  504 /bin/gone AGENTDOCK_THREAD=thread-abc',
      ' 1812 /usr/sbin/cfprefsd agent',
      '',
    ].join('\n'),
    [
      '  501 /bin/zsh -l',
      '  502 grep AGENTDOCK_THREAD=thread-abc notes',
      '  503 sleep 100',
      ' 1812 /usr/sbin/cfprefsd agent',
      '',
    ].join('\n'),
  );
  assert.deepEqual(environments.get(502), ['HOME=/Users/ann']);
  assert.deepEqual([...environments.keys()], [501, 502, 1812]);
  assert.ok(environments.get(501)?.includes('AGENTDOCK_THREAD=thread-abc'));
  assert.ok(!environments.get(501)?.includes('AGENTDOCK_THREAD=thread-ab'));
  assert.ok(!environments.get(1812)?.some(word => word.includes('AGENTDOCK')));
});

test('Windows processes are read from CIM, a list and a single one, with a byte order mark', () => {
  const one = '{"pid":4212,"start":"2025-11-23T02:50:01.1234567Z","ppid":900}';
  const entry = { pid: 4212, ppid: 900, startTime: '2025-11-23T02:50:01.1234567Z' };
  assert.deepEqual(parseCimProcesses(`\uFEFF${one}\r\n`), [entry]);
  assert.deepEqual(parseCimProcesses(`[${one},${one}]`), [entry, entry]);
  assert.throws(() => parseCimProcesses('[{"pid":"4212"}]'));
});

test('taskkill gets each pid as an argument of its own, hard and with children', () => {
  assert.deepEqual(taskkillArguments([42, 43]), ['/F', '/T', '/PID', '42', '/PID', '43']);
});
