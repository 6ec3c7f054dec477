// A client of the host that uses none of our code and says of itself what it is told to:
// `node rawClient.mjs '{"workspace": DIR, "client": {…}, "window": {key, privateKey}, "args": {…}}'`, or with
// `"host"`: the content of host.json, for who cannot read it.
// Prints what the host took it for, and its answer to `tool`, which is `spawn_thread` unless it is named.
import { createHmac, createPrivateKey, randomBytes, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

const { workspace, host, client, window, tool = 'spawn_thread', args } = JSON.parse(process.argv[2] ?? '{}');
const file = host ?? JSON.parse(readFileSync(`${workspace}/.agentdock/state/host.json`, 'utf8'));
const socket = connect(file.endpoint);
let last = 0;
let rest = '';
/** @typedef {{ readonly id: number, readonly result?: { readonly nonce?: string }, readonly error?: object }} Answer */
/** @type {Map<number, (answer: Answer) => void>} */
const open = new Map();

socket.setEncoding('utf8').on('data', chunk => {
  rest += chunk;
  for (;;) {
    const head = /^Content-Length: (\d+)\r\n\r\n/.exec(rest);
    if (head === null) return;
    const end = head[0].length + Number(head[1]);
    if (rest.length < end) return;
    const answer = JSON.parse(rest.slice(head[0].length, end));
    rest = rest.slice(end);
    open.get(answer.id)?.(answer);
  }
});
socket.on('error', error => {
  console.log(JSON.stringify({ unreachable: error.message }));
  process.exit(1);
});

/**
 * @param {string} method
 * @param {object} params
 * @returns {Promise<Answer>}
 */
function ask(method, params) {
  last += 1;
  const body = JSON.stringify({ jsonrpc: '2.0', id: last, method, params });
  socket.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  return new Promise(resolve => open.set(last, resolve));
}

const nonce = randomBytes(32).toString('hex');
const said = { kind: 'cli', pid: process.pid, version: '0', marks: [], ...client };
const challenge = await ask('challenge', { nonce, client: said });
const text = `agentdock client ${nonce} ${challenge.result?.nonce}`;
const proof = createHmac('sha256', file.key).update(text).digest('hex');
const signature = () => sign(null, Buffer.from(text), createPrivateKey(window.privateKey)).toString('base64');
const signed = window && { window: { key: window.key, signature: signature() } };
const proved = await ask('prove', { proof, ...signed });
const called = await ask('call', { tool, args });
console.log(JSON.stringify({ proved: proved.result ?? proved.error, called: called.result ?? called.error }));
process.exit(0);
