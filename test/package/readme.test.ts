import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { shippedReadme } from '../../scripts/shippedReadme.ts';
import { projectRoot } from '../rigs/projectRoot.ts';

const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');

test('the shipped README leads nowhere but to the web and to itself, and keeps all its chapters', () => {
  const shipped = shippedReadme(readme);
  assert.deepEqual(
    [...shipped.matchAll(/\]\(([^)]*)\)/g)].filter(([, target]) => !/^(https:|#)/.test(target ?? '')),
    [],
  );
  const chapters = (text: string) => text.match(/^##? .*$/gm)?.filter(one => one !== '## More');
  assert.deepEqual(chapters(shipped), chapters(readme));
});

test('links to the web stay as they are; a link to a file becomes its words', () => {
  assert.equal(
    shippedReadme(
      '# A\n\n![B](b.png)\n\nSee [C](https://c), [D](#d) and [E](E.md).\n\n## More\n\n[F](F.md)\n',
    ),
    '# A\n\nSee [C](https://c), [D](#d) and E.\n',
  );
});

test('what only a clone can do is not shipped, and is on the first screen of the repository', () => {
  const shipped = shippedReadme(readme);
  assert.doesNotMatch(shipped, /\bnpm (start|test|run|link)\b|<!--|chromium/i);
  const firstScreen = readme.split('\n').slice(0, 15).join('\n');
  assert.match(firstScreen, /^npm start /m);
  assert.match(firstScreen, /^npm test /m);
});

test('marked blocks go with the empty lines after them, marked words with nothing else', () => {
  assert.equal(
    shippedReadme(
      '# A\n\n<!-- repository -->\nB\n\nC\n<!-- /repository -->\n\nD<!-- repository --> (E)<!-- /repository -->, F\n',
    ),
    '# A\n\nD, F\n',
  );
});
