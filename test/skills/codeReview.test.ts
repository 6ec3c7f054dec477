import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { projectRoot } from '../rigs/projectRoot.ts';
import { temporaryFolder } from '../store/temporaryFolder.ts';

const script = join(projectRoot, 'src', 'client', 'skills', 'code_review.py');
const noPython = spawnSync('python3', ['--version']).status === 0 ? false : 'python3 is not installed';

interface Finding {
  readonly file: string;
  readonly line: number;
  readonly severity: string;
  readonly rule: string;
  readonly message: string;
}

function review(cwd: string, args: readonly string[], input = '') {
  // `-I`: nothing but the standard library.
  const run = spawnSync('python3', ['-I', script, ...args], { cwd, input, encoding: 'utf8' });
  const findings = run.stdout.startsWith('{')
    ? (JSON.parse(run.stdout) as { findings: Finding[] }).findings
    : [];
  return { ...run, findings, rules: findings.map(({ file, line, rule }) => `${file}:${line} ${rule}`) };
}

/** A diff that adds one file with these lines. */
function added(file: string, ...lines: readonly string[]): string {
  const body = lines.map(line => `+${line}`).join('\n');
  return `diff --git a/${file} b/${file}\nnew file mode 100644\n--- /dev/null\n+++ b/${file}\n@@ -0,0 +1,${lines.length} @@\n${body}\n`;
}

async function repository(t: TestContext): Promise<string> {
  const folder = await temporaryFolder(t);
  git(folder, 'init');
  await writeFile(join(folder, 'kept.txt'), 'one\ntwo\nthree\n');
  git(folder, 'add', '.');
  git(folder, 'commit', '-m', 'first');
  return folder;
}

function git(folder: string, ...args: readonly string[]): void {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  const who = ['-c', 'user.name=A Person', '-c', 'user.email=person@example.com'];
  execFileSync('git', [...who, '-C', folder, ...args], { env, stdio: 'ignore' });
}

test('each check finds what it is for, with file and line', { skip: noPython }, () => {
  const key = `AKIA${'ABCDEFGHIJKLMNOP'}`;
  const diff = [
    added('a.ts', '<<<<<<< ours', 'a', '=======', 'b', '>>>>>>> theirs'),
    added('b.ts', 'fine();', '  console.log(x);', '  debugger;', "test.only('x', f);"),
    added('c.py', 'x = 1', 'breakpoint()', 'import pdb'),
    added('d.yml', `key: ${key}`, '-----BEGIN RSA PRIVATE KEY-----', `password: "${'abc123'.repeat(4)}"`),
    added('e.ts', `const long = '${'x'.repeat(250)}';`, 'const blank = 1; ', '// TODO: later'),
  ].join('');
  const { status, rules, stdout } = review('/', ['-'], diff);
  assert.equal(status, 1);
  assert.deepEqual(rules, [
    'a.ts:1 conflict-marker',
    'a.ts:3 conflict-marker',
    'a.ts:5 conflict-marker',
    'b.ts:2 debug-leftover',
    'b.ts:3 debug-leftover',
    'b.ts:4 debug-leftover',
    'c.py:2 debug-leftover',
    'c.py:3 debug-leftover',
    'd.yml:1 secret',
    'd.yml:2 secret',
    'd.yml:3 secret',
    'e.ts:1 long-line',
    'e.ts:2 trailing-whitespace',
    'e.ts:3 todo-without-owner',
  ]);
  assert.ok(!stdout.includes(key), 'a report holds no key');
});

test('what is as it should be is no finding', { skip: noPython }, () => {
  const diff = [
    added('README.md', 'Title', '=======', 'two blanks  ', 'x'.repeat(400)),
    added(
      'ok.ts',
      'logger.debug(x);',
      '// TODO(anna): later',
      '// TODO #12 later',
      'const token = process.env.TOKEN;',
    ),
    added('ok.json', `{"x": "${'x'.repeat(400)}"}`),
  ].join('');
  const { status, findings } = review('/', ['-'], diff);
  assert.deepEqual([status, findings], [0, []]);
  assert.deepEqual(
    [review('/', ['-'], '').status, review('/', ['-'], '').stdout],
    [0, '{"findings": [], "files": 0}\n'],
  );
});

test('only added lines count, by the hunks and not by what a line looks like', { skip: noPython }, () => {
  const diff = [
    '--- a/x.ts',
    '+++ b/x.ts',
    '@@ -1,3 +1,2 @@',
    ' console.log(1);',
    '---- old heading',
    '-debugger;',
    '++++ b/not/a/file.ts ',
    '--- a/y.ts',
    '+++ b/y.ts',
    '@@ -7 +7 @@',
    '-a',
    '+debugger;',
    '',
  ].join('\n');
  const { rules } = review('/', ['-'], diff);
  assert.deepEqual(rules, ['x.ts:2 trailing-whitespace', 'y.ts:7 debug-leftover']);
});

test('git diff is read by itself, with syntax errors of the files and big binaries', {
  skip: noPython,
}, async t => {
  const folder = await repository(t);
  await mkdir(join(folder, 'sub'));
  await writeFile(join(folder, 'sub', 'bad.py'), 'def f(:\n  pass\n');
  await writeFile(join(folder, 'bad.json'), '{"a": 1,}\n');
  await writeFile(join(folder, 'good.json'), '\uFEFF{"a": 1}\n');
  await writeFile(join(folder, 'big.bin'), Buffer.alloc(1024 * 1024 + 1));
  await writeFile(join(folder, 'small.bin'), Buffer.alloc(10));
  git(folder, 'add', '.');
  git(folder, 'config', 'diff.external', 'touch started;');
  const { status, rules, stderr } = review(join(folder, 'sub'), ['--git']);
  assert.deepEqual(
    [status, rules],
    [1, ['bad.json:1 syntax', 'big.bin:1 big-binary', 'sub/bad.py:1 syntax']],
    stderr,
  );
  assert.equal(review(folder, ['--git', 'HEAD', '--', 'kept.txt']).status, 0);
});

test('a file outside is not opened, whatever the diff says', { skip: noPython }, async t => {
  const folder = await temporaryFolder(t);
  const inner = join(folder, 'inner');
  await mkdir(inner);
  await writeFile(join(folder, 'out.json'), '{');
  assert.deepEqual(review(inner, ['-'], added('../out.json', '{')).findings, []);
});

test('bad usage ends with 2 and says what is wrong', { skip: noPython }, async t => {
  const folder = await temporaryFolder(t);
  for (const [args, input, says] of [
    [[], '', /Expected a diff/],
    [['--nope'], '', /Expected a diff/],
    [['a', 'b'], '', /Expected a diff/],
    [['missing.diff'], '', /missing\.diff cannot be read/],
    [['-'], 'Just some text.\n', /not a unified diff/],
    [['--git', 'no-such-branch'], '', /git says/],
  ] as const) {
    const { status, stdout, stderr } = review(folder, args, input);
    assert.deepEqual([status, stdout], [2, ''], args.join(' '));
    assert.match(stderr, says);
  }
  const help = review(folder, ['--help']);
  assert.deepEqual([help.status, /Exit code: 0 no findings/.test(help.stdout)], [0, true]);
});
