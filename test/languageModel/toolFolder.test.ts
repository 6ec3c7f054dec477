import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import { folderOfServer, serverLabel } from '../../src/languageModel/serverLabel.ts';
import { toolFolder } from '../../src/languageModel/toolFolder.ts';

const web = { name: 'web', path: '/home/a/web' };
const api = { name: 'api', path: '/home/a/api' };
const otherWeb = { name: 'web', path: '/home/b/web' };

function refusal(code: string, hint: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof DockError);
    assert.equal(error.code, code);
    assert.match(error.hint ?? '', hint);
    return true;
  };
}

test('a single folder needs no name', () => {
  assert.equal(toolFolder([web], undefined), web);
  assert.equal(toolFolder([web], ''), web);
});

test('one of several is chosen by name or path', () => {
  assert.equal(toolFolder([web, api], 'api'), api);
  assert.equal(toolFolder([web, api, otherWeb], otherWeb.path), otherWeb);
});

test('a choice that is missing, unknown or not clear tells the model which folders there are', () => {
  assert.throws(
    () => toolFolder([web, api], undefined),
    refusal('invalid_arguments', /web \(\/home\/a\/web\), api/),
  );
  assert.throws(() => toolFolder([web, api], 'docs'), refusal('not_found', /api \(\/home\/a\/api\)/));
  assert.throws(() => toolFolder([web], 'docs'), refusal('not_found', /web/));
  assert.throws(() => toolFolder([web, otherWeb], 'web'), refusal('not_found', /\/home\/b\/web/));
  assert.throws(() => toolFolder([web], 7), refusal('not_found', /web/));
  assert.throws(() => toolFolder([], undefined), refusal('not_found', /Initialize Workspace/));
});

test('a server is found again by its label, also among folders of the same name', () => {
  const offered = [web, api, otherWeb];
  for (const folder of offered) assert.equal(folderOfServer(serverLabel(folder, offered), offered), folder);
  assert.equal(serverLabel(web, [web]), 'AgentDock');
  assert.equal(folderOfServer('AgentDock', [web]), web);
  assert.equal(folderOfServer('AgentDock', offered), undefined);
});
