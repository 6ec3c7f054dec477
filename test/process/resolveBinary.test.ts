import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import { programPaths } from '../../src/core/programPaths.ts';
import { batchCommandLine } from '../../src/providers/process/batchCommandLine.ts';
import { launchable, resolveBinary } from '../../src/providers/process/resolveBinary.ts';

async function makeHarness(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'agentdock-binary-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const program = async (place: string) => {
    await mkdir(join(folder, place), { recursive: true });
    const file = join(folder, place, 'tool');
    await writeFile(file, '');
    await chmod(file, 0o755);
    return file;
  };
  return {
    folder,
    set: await program('set'),
    variable: await program('variable'),
    onPath: await program('path'),
  };
}

test('the setting wins over the variable, the variable over PATH', async t => {
  const { folder, set, variable, onPath } = await makeHarness(t);
  const environment = { TOOL_BIN: variable, PATH: `/nowhere:${join(folder, 'path')}` };
  const query = { name: 'tool', variable: 'TOOL_BIN', setting: set, environment };
  assert.deepEqual(await resolveBinary(query), { path: set });
  assert.deepEqual(await resolveBinary({ ...query, setting: undefined }), { path: variable });
  assert.deepEqual(await resolveBinary({ ...query, setting: undefined, variable: undefined }), {
    path: onPath,
  });
});

test('a setting that cannot be run is never replaced by another program', async t => {
  const { folder, set } = await makeHarness(t);
  const environment = { PATH: join(folder, 'path') };
  const query = { name: 'tool', variable: undefined, setting: `${set}-missing`, environment };
  assert.equal(await resolveBinary(query), undefined);
  await chmod(set, 0o644);
  assert.equal(await resolveBinary({ ...query, setting: set }), undefined);
  assert.equal(await resolveBinary({ ...query, setting: folder }), undefined, 'a folder');
});

test('relative entries of PATH are left out', () => {
  assert.deepEqual(programPaths('tool', { PATH: '.::bin:/usr/bin' }, 'linux'), ['/usr/bin/tool']);
  assert.deepEqual(programPaths('./tool', { PATH: '/usr/bin' }, 'linux'), []);
  assert.deepEqual(programPaths('/opt/tool', {}, 'linux'), ['/opt/tool']);
});

test('on Windows the extensions of PATHEXT are tried, and a name with one is taken as it is', () => {
  const environment = { PATH: '"C:\\Program Files\\x";bin', PATHEXT: '.EXE;.CMD' };
  assert.deepEqual(programPaths('tool', environment, 'win32'), [
    'C:\\Program Files\\x\\tool.exe',
    'C:\\Program Files\\x\\tool.cmd',
  ]);
  assert.deepEqual(programPaths('tool.CMD', environment, 'win32'), ['C:\\Program Files\\x\\tool.CMD']);
});

test('a program is started as it is, a batch file through cmd.exe', () => {
  assert.deepEqual(launchable('/bin/tool', ['a b'], 'linux'), {
    file: '/bin/tool',
    args: ['a b'],
    options: { windowsHide: true },
  });
  assert.equal(launchable('C:\\x\\tool.exe', [], 'win32').file, 'C:\\x\\tool.exe');
  const batch = launchable('C:\\a b\\tool.CMD', ['x'], 'win32');
  assert.deepEqual(batch.args, ['/d', '/s', '/c', '"C:\\a^ b\\tool.CMD ^^^"x^^^""']);
  assert.equal(batch.options.windowsVerbatimArguments, true);
});

test('arguments reach a batch file unchanged after both readings of cmd', () => {
  const args = [
    '',
    'a b',
    'a & calc',
    '%PATH%',
    'say "hi" & del',
    'C:\\end\\',
    'tail\\"',
    '^!|<>()',
    '*?;,[]`',
  ];
  const line = batchCommandLine('tool.cmd', args);
  const first = removeCarets(line);
  assert.ok(!first.inQuotes, 'no quote is open for cmd in the first reading');
  const second = removeCarets(first.text.slice('tool.cmd '.length));
  assert.deepEqual(splitArguments(second.text), args);
});

test('what cmd cannot carry is refused', () => {
  for (const bad of ['a\nb', 'a\rb', 'a\0b']) {
    assert.throws(
      () => batchCommandLine('tool.cmd', [bad]),
      (error: unknown) => error instanceof DockError && error.code === 'invalid_arguments',
    );
  }
});

/** cmd's second phase: a caret escapes the next character, a bare quote switches that off. */
function removeCarets(line: string): { readonly text: string; readonly inQuotes: boolean } {
  let text = '';
  let inQuotes = false;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === '"') inQuotes = !inQuotes;
    if (character === '^' && !inQuotes) {
      at++;
      text += line.charAt(at);
    } else {
      assert.ok(
        inQuotes || !'&|<>()%!'.includes(character),
        `${character} at ${at} of ${line} means something to cmd`,
      );
      text += character;
    }
  }
  return { text, inQuotes };
}

/** CommandLineToArgvW, for arguments that are all in quotes. */
function splitArguments(line: string): readonly string[] {
  return [...line.matchAll(/"((?:\\*(?!\\|")|\\*\\"|[^"\\])*?(?:\\\\)*)"(?: |$)/g)].map(match =>
    (match[1] ?? '')
      .replace(/(\\*)\\"/g, (_, slashes: string) => `${slashes.slice(slashes.length / 2)}"`)
      .replace(/(\\+)$/, slashes => slashes.slice(slashes.length / 2)),
  );
}
