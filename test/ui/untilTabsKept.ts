import type { Workbench } from '../rigs/workbench.ts';

/** For the page: what this extension has in the browser's storage, by workspace: the names in each editor group. */
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
    const groups = [...Map.groupBy(places, place => place.column)].sort(([one], [other]) => one - other);
    kept.push(JSON.stringify(groups.map(([, inIt]) => inIt.map(place => place.name).sort())));
  }
  return kept;
}`;

/**
 * Waits until VS Code has written down which terminals of threads are open, by editor group. It does so some time after the
 * extension told it, seconds on a busy machine, and a page that is reloaded before loses it.
 */
export async function untilTabsKept(
  { page }: Workbench,
  ...groups: readonly (readonly string[])[]
): Promise<void> {
  const expected = JSON.stringify(groups.map(names => [...names].sort()));
  await page.waitForFunction(`(${readKept})().then(kept => kept.includes(${JSON.stringify(expected)}))`);
}
