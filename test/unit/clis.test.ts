import assert from 'node:assert/strict';
import { test } from 'node:test';
import { platformPackages } from '../clis/platformPackages.ts';

const names = (machine: Parameters<typeof platformPackages>[0]): string[] =>
  Object.values(platformPackages(machine)).map(native => `${native.name}/${native.binary}`);

test('each platform gets the packages that hold its native binaries', () => {
  assert.deepEqual(names({ platform: 'linux', arch: 'x64', musl: false, avx2: true }), [
    '@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex',
    '@anthropic-ai/claude-code-linux-x64/claude',
    'opencode-linux-x64/bin/opencode',
  ]);
  assert.deepEqual(names({ platform: 'linux', arch: 'x64', musl: true, avx2: false }).slice(1), [
    '@anthropic-ai/claude-code-linux-x64-musl/claude',
    'opencode-linux-x64-baseline-musl/bin/opencode',
  ]);
  assert.deepEqual(names({ platform: 'darwin', arch: 'arm64', musl: false, avx2: false }), [
    '@openai/codex-darwin-arm64/vendor/aarch64-apple-darwin/bin/codex',
    '@anthropic-ai/claude-code-darwin-arm64/claude',
    'opencode-darwin-arm64/bin/opencode',
  ]);
  assert.deepEqual(names({ platform: 'win32', arch: 'x64', musl: false, avx2: false }), [
    '@openai/codex-win32-x64/vendor/x86_64-pc-windows-msvc/bin/codex.exe',
    '@anthropic-ai/claude-code-win32-x64/claude.exe',
    'opencode-windows-x64-baseline/bin/opencode.exe',
  ]);
});

test('a platform that one of the CLIs does not support is named', () => {
  assert.throws(
    () => platformPackages({ platform: 'freebsd', arch: 'x64', musl: false, avx2: false }),
    /got `freebsd-x64`/,
  );
});
