import type { Workbench } from '../rigs/workbench.ts';

/** For the page: of each workspace the names of the terminals that this extension has in the browser's storage. */
const readKept = `async () => {
  const answer = request => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const kept = [];
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith('vscode-web-state-db-')) continue;
    const database = await answer(indexedDB.open(name));
    const table = database.transaction('ItemTable').objectStore('ItemTable');
    const state = await answer(table.get('agentdock.agentdock'));
    database.close();
    const places = JSON.parse(state ?? '{}')['agentdock.openTerminals'] ?? [];
    kept.push(places.map(place => place.name).sort().join('\\n'));
  }
  return kept;
}`;

/**
 * Waits until VS Code has written down which terminals of threads are open. It does so a moment after the extension told
 * it, and a page that is reloaded before loses it: faster than a person can be, not than a test.
 */
export async function untilTabsKept({ page }: Workbench, names: readonly string[]): Promise<void> {
  const expected = JSON.stringify([...names].sort().join('\n'));
  await page.waitForFunction(`(${readKept})().then(kept => kept.includes(${expected}))`);
}
