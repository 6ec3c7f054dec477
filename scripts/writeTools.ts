// Writes what package.json and package.nls.json say of the language-model tools anew, from the contract of the tools.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../test/rigs/projectRoot.ts';
import { runProgram } from '../test/rigs/runProgram.ts';
import { languageModelTools, modelTexts } from './languageModelTools.ts';

const manifestFile = join(projectRoot, 'package.json');
const textsFile = join(projectRoot, 'package.nls.json');
const manifest = JSON.parse(await readFile(manifestFile, 'utf8'));
manifest.contributes.languageModelTools = languageModelTools();
await writeFile(manifestFile, JSON.stringify(manifest));
const texts = { ...JSON.parse(await readFile(textsFile, 'utf8')), ...modelTexts() };
await writeFile(textsFile, JSON.stringify(texts));
await runProgram(join(projectRoot, 'node_modules', '.bin', 'biome'), [
  'format',
  '--write',
  manifestFile,
  textsFile,
]);
