// What stands first in the bundles that a Node of the machine runs: nothing of them works, and nothing is written, below 22.

const least = 22;

/**
 * The program text, in words that much older Nodes know too.
 * @param {'cli' | 'host'} bundle
 */
export function nodeCheck(bundle) {
  return `(${refuseOldNode})(${least}, ${asJson[bundle]}, ${bundle === 'host'});`;
}

/** Whether the answer is asked for as JSON. As in src/cli/runCli.ts: also before the command's name, never after `--`. */
const asJson = {
  cli: `${asksForJson}`,
  host: 'function () { return true; }',
};

/** @param {string[]} words */
function asksForJson(words) {
  const end = words.indexOf('--');
  if ((end < 0 ? words : words.slice(0, end)).indexOf('--json') >= 0) return true;
  let at = 0;
  while (/^--(json|workspace)(=|$)/.test(words[at] || '')) at += words[at] === '--workspace' ? 2 : 1;
  return words[at] === 'call';
}

/**
 * @param {number} needed
 * @param {(words: string[]) => boolean} wantsJson
 * @param {boolean} isHost
 */
function refuseOldNode(needed, wantsJson, isHost) {
  const found = process.versions.node;
  if (parseInt(found, 10) >= needed) return;
  const error = {
    code: 'version_mismatch',
    message: `agentdock needs Node ${needed} or newer, this is ${found}.`,
    retryable: false,
    hint: 'Install a newer one (https://nodejs.org), or run agentdock in a terminal of VS Code, which brings its own.',
  };
  const json = isHost ? { error } : { ok: false, error };
  const isJson = wantsJson(process.argv.slice(2));
  const text = isJson ? JSON.stringify(json) : `${error.message} (${error.code})\n${error.hint}`;
  try {
    // At once: what is written to a pipe may be lost when the process ends.
    require('node:fs').writeSync(isJson ? 1 : 2, `${text}\n`);
  } finally {
    process.exit(1);
  }
}
