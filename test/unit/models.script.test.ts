import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findScript, parseScript } from '../models/script.ts';

const noFiles = (name: string): string => {
  throw new Error(`no script ${name}`);
};

test('a script is found inside any prompt text, also with Windows line ends', () => {
  assert.equal(findScript('Do it.\n<<script\nsay hi\nscript>>\nThanks.'), 'say hi\n');
  assert.equal(findScript('<<script\r\nsay hi\r\nscript>>'), 'say hi\r\n');
  assert.equal(findScript('<<script\nscript>>'), '');
  assert.equal(findScript('Write a script.'), undefined);
});

test('every step is read with its arguments', () => {
  const text = String.raw`
    # a comment
    think why\nnot
    say A \\n B
    shell echo "a  b" \n
    write a/b.txt one\ntwo
    write empty.txt
    tool Bash {"command":"ls"}
    mcp dock list_threads
    delay 5
    gate g1
    usage 10 20
    recall`;
  assert.deepEqual(parseScript(text, noFiles), [
    { do: 'think', text: 'why\nnot' },
    { do: 'say', text: String.raw`A \n B` },
    { do: 'shell', command: String.raw`echo "a  b" \n` },
    { do: 'write', path: 'a/b.txt', text: 'one\ntwo' },
    { do: 'write', path: 'empty.txt', text: '' },
    { do: 'tool', name: 'Bash', args: '{"command":"ls"}' },
    { do: 'mcp', server: 'dock', name: 'list_threads', args: '{}' },
    { do: 'delay', ms: 5 },
    { do: 'gate', name: 'g1' },
    { do: 'usage', input: 10, output: 20 },
    { do: 'recall' },
  ]);
});

test('an error has a status and optionally a code, a wait and a text', () => {
  const error = (line: string) => parseScript(line, noFiles)[0];
  const plain = { status: 500, code: undefined, retryAfter: undefined, message: 'scripted error' };
  assert.deepEqual(error('error 500'), { do: 'error', until: undefined, error: plain });
  assert.deepEqual(error('error 429 rate_limit_error retry-after=2 slow down'), {
    do: 'error',
    until: undefined,
    error: { status: 429, code: 'rate_limit_error', retryAfter: 2, message: 'slow down' },
  });
  assert.deepEqual(error('error-until up 503 overloaded just now'), {
    do: 'error',
    until: 'up',
    error: { status: 503, code: undefined, retryAfter: undefined, message: 'overloaded just now' },
  });
});

test('a script file is read in place of its step', () => {
  const files: Record<string, string> = { long: 'say B\nscript end', end: 'say C' };
  const steps = parseScript('say A\nscript long', name => files[name] ?? noFiles(name));
  assert.deepEqual(
    steps.map(step => step.do === 'say' && step.text),
    ['A', 'B', 'C'],
  );
});

test('what is no step is refused with its text', () => {
  assert.throws(() => parseScript('sya hi', noFiles), /known step, got `sya`/);
  assert.throws(() => parseScript('delay soon', noFiles), /number after `delay`, got `soon`/);
  assert.throws(() => parseScript('error oops', noFiles), /got `oops`/);
});
