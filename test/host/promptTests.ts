import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fingerprint } from '../models/plan.ts';
import type { HostOfFile } from './hostForFile.ts';
import type { RealProvider } from './turns.ts';

const unicode = 'Ünï 😀 👩‍👩‍👧 ‮אב‬ \t\r\n\u2028 \u{10ffff} é é \u0001 $HOME `id` "\'\\ <x> %s';
const leads = ['-', '--help', '/help', '!ls', '@README.md', '#', '  '];

/** The whole stack: the command's standard input, the socket, the journal, the CLI, the model server. */
async function fingerprintOf({ dock }: HostOfFile, provider: RealProvider, prompt: string): Promise<string> {
  const run = await dock.cli(['spawn', provider, '-', '--name', 'Echo', '--wait'], { stdin: prompt });
  const [, ...lines] = run.stdout.trimEnd().split('\n');
  return lines.join('\n') || `${run.stdout}${run.stderr}`;
}

/** Declares the tests of one provider, on the file's host. */
export function testPrompts(provider: RealProvider, hostOfFile: () => HostOfFile): void {
  test(`${provider}: a prompt that begins with any sign and holds any Unicode reaches the model byte for byte`, async () => {
    const prompts = leads.map(lead => `${lead} ${unicode}\n<<script\necho\nscript>>\n ${lead} `);
    const echoes = await Promise.all(prompts.map(prompt => fingerprintOf(hostOfFile(), provider, prompt)));
    assert.deepEqual(echoes, prompts.map(fingerprint));
  });

  test(`${provider}: a prompt of 2 MB reaches the model byte for byte`, async () => {
    const filler = 'Lorem ipsum dolor sit amet, ünï 😀 consectetur.\n'.repeat(42_000);
    const prompt = `${filler}<<script\necho\nscript>>\n`;
    assert.ok(Buffer.byteLength(prompt) > 2 * 1024 * 1024);
    assert.equal(await fingerprintOf(hostOfFile(), provider, prompt), fingerprint(prompt));
  });
}
