import { globSync, readFileSync } from 'node:fs';
import { join, normalize, sep } from 'node:path/posix';
import { providerIds } from '../src/contracts/ids.ts';

/** What each folder of src/ may import besides itself. ARCHITECTURE.md says why. */
const layers: Readonly<Record<string, readonly string[]>> = {
  contracts: [],
  core: ['contracts'],
  store: ['contracts', 'core'],
  git: ['contracts', 'core'],
  providers: ['contracts', 'core', 'store'],
  tools: ['contracts', 'core', 'store', 'git'],
  host: ['contracts', 'core', 'store', 'git', 'providers', 'tools'],
  client: ['contracts', 'core'],
  cli: ['contracts', 'core', 'client'],
  vscode: ['contracts', 'core', 'client'],
  views: ['contracts', 'core', 'client', 'vscode'],
  // Tree and terminals use the same words.
  terminals: ['contracts', 'core', 'client', 'vscode', 'views'],
  commands: ['contracts', 'core', 'client', 'vscode', 'views', 'terminals'],
  languageModel: ['contracts', 'core', 'client', 'vscode', 'views'],
  'extension.ts': [
    'contracts',
    'core',
    'client',
    'vscode',
    'views',
    'terminals',
    'commands',
    'languageModel',
  ],
};

const knowVsCode = ['vscode', 'views', 'terminals', 'commands', 'languageModel', 'extension.ts'];

/** One folder each; none knows another. */
const providers = ['codex', 'claudeCode', 'opencode', 'command'];

/** Where a provider's name may be asked for. */
const knowNames = /^(providers\/(codex|claudeCode|opencode|command)\/|core\/runsInPty\.ts$)/;
const name = `['"\`](?:${providerIds.join('|')})['"\`]`;
const comparison = new RegExp(`(?:[=!]==?|\\bcase)\\s*${name}|${name}\\s*[=!]==?`, 'g');

/** Parsing and deciding only. */
const pure = ['contracts', 'core'];
const sideEffects = /^node:(fs|child_process|net|http|https|dgram|worker_threads)\b/;

const mostLines = 300;

export interface Source {
  /** Relative to src/, with slashes. */
  readonly path: string;
  readonly text: string;
}

export function readSources(root: string): Source[] {
  return globSync('**/*.ts', { cwd: join(root, 'src') }).map(file => ({
    path: file.replaceAll('\\', sep),
    text: readFileSync(join(root, 'src', file), 'utf8'),
  }));
}

/** Each import that a layer may not have, each question for a provider's name and each long file, as a sentence. */
export function brokenLayers(sources: readonly Source[]): string[] {
  return sources.flatMap(source => [
    ...wrongImports(source),
    ...wrongComparisons(source),
    ...tooLong(source),
  ]);
}

function tooLong({ path, text }: Source): string[] {
  const lines = text.split('\n').length - 1;
  return lines > mostLines
    ? [`src/${path} has ${lines} lines: at most ${mostLines}; give one of its concepts a file of its own.`]
    : [];
}

/** Type imports count like others. */
function wrongImports({ path, text }: Source): string[] {
  return importsOf(text).flatMap(specifier => {
    const complaint = judge(path, specifier);
    return complaint === undefined ? [] : [`src/${path} imports ${specifier}: ${complaint}`];
  });
}

function wrongComparisons({ path, text }: Source): string[] {
  if (knowNames.test(path)) return [];
  return [...text.matchAll(comparison)].map(
    ([found]) => `src/${path} has \`${found}\`: ask the driver's capabilities, or runsInPty.`,
  );
}

function importsOf(text: string): string[] {
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\(\s*)['"]([^'"\n]+)['"]/g;
  return [...text.matchAll(pattern)].flatMap(([, specifier]) => (specifier === undefined ? [] : [specifier]));
}

function judge(path: string, specifier: string): string | undefined {
  const [layer = '', folder = ''] = path.split('/');
  const allowed = layers[layer];
  if (allowed === undefined) return `${layer} is no layer; add it to scripts/layers.ts.`;
  if (specifier === 'vscode') {
    return knowVsCode.includes(layer) ? undefined : `only ${knowVsCode.join(', ')} may know VS Code.`;
  }
  if (!specifier.startsWith('.')) {
    return pure.includes(layer) && sideEffects.test(specifier) ? `${layer} has no side effects.` : undefined;
  }
  const [otherLayer = '', otherFolder = ''] = normalize(join(path, '..', specifier)).split('/');
  if (otherLayer !== layer) {
    return allowed.includes(otherLayer)
      ? undefined
      : `${layer} may import ${allowed.join(', ') || 'only itself'}.`;
  }
  const betweenProviders = layer === 'providers' && folder !== otherFolder && providers.includes(otherFolder);
  return betweenProviders ? 'nothing in providers may know one provider.' : undefined;
}
