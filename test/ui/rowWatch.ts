import type { Workbench } from '../rigs/workbench.ts';

/** Notes every text a row of the tree has from now on; returns what it noted so far, in order. */
export async function watchRow(window: Workbench, label: string): Promise<() => Promise<string[]>> {
  const seen = `rowTexts_${label.replaceAll(/\W/g, '_')}`;
  await window.page.evaluate(`(() => {
    const seen = (window.${seen} = []);
    const look = () => {
      for (const row of document.querySelectorAll('.sidebar .monaco-list-row')) {
        if (row.querySelector('.label-name')?.textContent !== '${label}') continue;
        const text = row.querySelector('.label-description')?.textContent ?? '';
        if (text !== '' && seen.at(-1) !== text) seen.push(text);
      }
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
  })()`);
  return () => window.page.evaluate<string[]>(`window.${seen}`);
}
