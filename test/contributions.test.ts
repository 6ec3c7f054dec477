import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { languageModelTools, modelTexts } from '../scripts/languageModelTools.ts';
import { userSettingsSchema } from '../src/contracts/settings.ts';
import { commandIds, focusThreadsCommand, threadsViewId } from '../src/vscode/commandIds.ts';
import { offerMcpServer, settingNames } from '../src/vscode/settingNames.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const menuItem = z.object({ command: z.string(), when: z.string(), group: z.string().optional() });
const manifest = z
  .object({
    icon: z.string(),
    activationEvents: z.array(z.string()),
    contributes: z.object({
      commands: z.array(
        z.object({
          command: z.string(),
          title: z.string(),
          category: z.string(),
          icon: z.string().optional(),
          enablement: z.string().optional(),
        }),
      ),
      viewsContainers: z.object({ activitybar: z.array(z.object({ id: z.string(), icon: z.string() })) }),
      views: z.record(z.string(), z.array(z.object({ id: z.string(), icon: z.string() }))),
      viewsWelcome: z.array(z.object({ view: z.string(), contents: z.string(), when: z.string() })),
      menus: z.record(z.string(), z.array(menuItem)),
      keybindings: z.array(z.object({ command: z.string(), key: z.string(), when: z.string() })),
      configuration: z.object({
        properties: z.record(
          z.string(),
          z.object({
            scope: z.string(),
            default: z.unknown(),
            minimum: z.number().optional(),
            maximum: z.number().optional(),
          }),
        ),
      }),
      languageModelTools: z.array(
        z.looseObject({ name: z.string(), when: z.string(), userDescription: z.string() }),
      ),
      mcpServerDefinitionProviders: z.array(z.object({ id: z.string(), label: z.string() })),
    }),
  })
  .parse(JSON.parse(read('package.json')));
const texts = z.record(z.string(), z.string()).parse(JSON.parse(read('package.nls.json')));
const { contributes } = manifest;
const declared = contributes.commands.map(({ command }) => command);
const menuItems = Object.values(contributes.menus).flat();

function sources(folder = join(root, 'src')): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

test('the commands declared are the commands registered', () => {
  assert.deepEqual([...declared].sort(), [...commandIds].sort());
});

test('a folder with .agentdock/ activates at once; any other window later, since such a folder may appear', () => {
  assert.deepEqual(manifest.activationEvents, ['workspaceContains:.agentdock', 'onStartupFinished']);
});

test('every menu entry and key binding leads to a declared command', () => {
  for (const { command } of [...menuItems, ...contributes.keybindings])
    assert.ok(declared.includes(command), command);
});

test('every link of a welcome leads to one of our commands or one of VS Code', () => {
  const builtIn = ['vscode.openFolder', 'workbench.trust.manage', 'workbench.action.openSettings'];
  for (const { contents } of contributes.viewsWelcome) {
    const text = texts[contents.replaceAll('%', '')] ?? '';
    for (const [, command = ''] of text.matchAll(/\(command:([\w.]+)/g)) {
      assert.ok(declared.includes(command) || builtIn.includes(command), `${contents}: ${command}`);
    }
  }
});

test('there is a welcome for every way the view can be empty', () => {
  const states = ['notInitialized', 'connecting', 'offline', 'noProvider', 'noThreads'];
  const asked = contributes.viewsWelcome.map(({ when }) => /agentdock\.welcome == (\w+)/.exec(when)?.[1]);
  assert.deepEqual(
    asked.filter(state => state !== undefined),
    states,
  );
  const whens = contributes.viewsWelcome.map(({ when }) => when);
  assert.ok(whens.includes('workspaceFolderCount == 0'));
  assert.ok(whens.includes('workspaceFolderCount > 0 && !isWorkspaceTrusted'));
});

test('every text key is there and used', () => {
  const used = [...read('package.json').matchAll(/%([\w.]+)%/g)].map(([, key = '']) => key);
  assert.deepEqual([...new Set(used)].sort(), Object.keys(texts).sort());
});

test('every command has a category and every inline or title action an icon', () => {
  for (const command of contributes.commands) assert.equal(command.category, 'AgentDock', command.command);
  const onlyIcons = menuItems.filter(({ group }) => /^(inline|navigation)/.test(group ?? ''));
  assert.ok(onlyIcons.length > 0);
  for (const { command } of onlyIcons) {
    assert.ok(contributes.commands.find(found => found.command === command)?.icon, command);
  }
});

test('titles are in title case and end in an ellipsis only when they ask for more', () => {
  const small = new Set(['a', 'an', 'and', 'as', 'for', 'in', 'of', 'on', 'or', 'the', 'to', 'with']);
  const titles = contributes.commands.map(({ title }) => texts[title.replaceAll('%', '')] ?? '');
  for (const title of titles) {
    const words = title.split(' ');
    assert.ok(
      words.every(word => small.has(word) || /^[A-Z]/.test(word)),
      words.join(' '),
    );
  }
  // A choice among threads is made on the way; these ask for a text.
  const asking = titles.filter(title => title.endsWith('…'));
  assert.deepEqual(asking, [
    'Spawn Worker…',
    'Start Master…',
    'Resume Worker…',
    'Answer…',
    'Forget Permissions…',
    'Send Message…',
  ]);
});

test('context keys in when clauses are keys that are set', () => {
  const gate = read('src/vscode/contextKeys.ts');
  const used = [...read('package.json').matchAll(/agentdock\.(welcome|initialized|promptEditors)\b/g)];
  assert.ok(used.length > 0);
  for (const [key] of used) assert.ok(gate.includes(`'${key}'`), key);
  const clauses = [...menuItems, ...contributes.viewsWelcome, ...contributes.keybindings].map(
    ({ when }) => when,
  );
  clauses.push(...contributes.languageModelTools.map(({ when }) => when));
  clauses.push(...contributes.commands.map(({ enablement }) => enablement ?? ''));
  for (const [key] of clauses.join(' ').matchAll(/agentdock\.\w+/g)) {
    const setting = key === `agentdock.${offerMcpServer}`;
    assert.ok(gate.includes(`'${key}'`) || key === threadsViewId || setting, key);
  }
});

test('views and icons are where they are said to be', () => {
  const views = Object.values(contributes.views).flat();
  assert.deepEqual(
    views.map(({ id }) => id),
    [threadsViewId],
  );
  assert.equal(focusThreadsCommand, `${threadsViewId}.focus`);
  const icons = [
    manifest.icon,
    ...views.map(({ icon }) => icon),
    ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
  ];
  for (const icon of icons) assert.ok(existsSync(join(root, icon)), icon);
});

test('settings are those of the contract and no workspace can set them', () => {
  const properties = contributes.configuration.properties;
  assert.deepEqual(
    Object.keys(properties).sort(),
    [...Object.values(settingNames), offerMcpServer].map(name => `agentdock.${name}`).sort(),
  );
  for (const [name, { scope }] of Object.entries(properties)) assert.equal(scope, 'machine', name);
});

test('the defaults of the settings are those of the contract, and values at the limits are accepted', () => {
  const defaults = z.record(z.string(), z.unknown()).parse(userSettingsSchema.parse({}));
  for (const [key, name] of Object.entries(settingNames)) {
    const property = contributes.configuration.properties[`agentdock.${name}`];
    assert.equal(property?.default === '' ? undefined : property?.default, defaults[key], name);
    for (const limit of [property?.minimum, property?.maximum]) {
      if (limit !== undefined)
        assert.ok(userSettingsSchema.safeParse({ [key]: limit }).success, `${name} ${limit}`);
    }
  }
});

test('the language-model tools are those of the contract; else run scripts/writeTools.ts', () => {
  assert.deepEqual(contributes.languageModelTools, languageModelTools());
  for (const [key, text] of Object.entries(modelTexts())) assert.equal(texts[key], text, key);
});

test('the MCP servers declared are those offered', () => {
  assert.deepEqual(contributes.mcpServerDefinitionProviders, [
    { id: 'agentdock.host', label: '%mcp.label%' },
  ]);
  assert.match(read('src/languageModel/mcpOffer.ts'), /mcpProviderId = 'agentdock\.host'/);
});

test('only the gates register commands and set context keys', () => {
  const raw = /commands\s*\.\s*(registerCommand|executeCommand)/;
  const users = sources().filter(file => raw.test(readFileSync(file, 'utf8')));
  assert.deepEqual(users.map(file => file.slice(root.length + 1).replaceAll('\\', '/')).sort(), [
    'src/vscode/commandGate.ts',
    'src/vscode/contextKeys.ts',
  ]);
});
