import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { frontMatterDescription, scriptDescription } from '../core/skillDescription.ts';
import { readDockText } from './readDockText.ts';

export interface Skill {
  /** Relative to the workspace, with slashes. */
  readonly path: string;
  readonly description: string | undefined;
}

/** A folder that is no longer a list for reading is cut. */
const mostEntries = 500;
const mostSkills = 40;
const headBytes = 4096;

const plainName = /^[\p{L}\p{N}_][\p{L}\p{N}_. -]{0,79}$/u;
const scriptName = /\.(?:sh|bash|zsh|fish|py|js|mjs|cjs|ts|rb|pl|lua|ps1|cmd|bat)$/i;

/** What lies in `.agentdock/skills/` for agents: scripts, and folders with a `SKILL.md`. In the order of their names. */
export async function listSkills(workspace: string): Promise<readonly Skill[]> {
  const names = (await namesIn(join(workspace, '.agentdock', 'skills'))).filter(name => plainName.test(name));
  const skills: Skill[] = [];
  for (const name of names.sort()) {
    if (skills.length === mostSkills) break;
    const skill = (await folderSkill(workspace, name)) ?? (await scriptSkill(workspace, name));
    if (skill !== undefined) skills.push(skill);
  }
  return skills;
}

async function folderSkill(workspace: string, name: string): Promise<Skill | undefined> {
  const found = await readDockText(workspace, ['skills', name, 'SKILL.md'], headBytes);
  if (found === undefined) return undefined;
  return { path: `.agentdock/skills/${name}/SKILL.md`, description: frontMatterDescription(found.text) };
}

async function scriptSkill(workspace: string, name: string): Promise<Skill | undefined> {
  const found = await readDockText(workspace, ['skills', name], headBytes);
  if (found === undefined || !(scriptName.test(name) || found.text.startsWith('#!'))) return undefined;
  return { path: `.agentdock/skills/${name}`, description: scriptDescription(found.text) };
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of await opendir(folder)) if (names.push(name) === mostEntries) break;
  } catch {
    // There are no skills then.
  }
  return names;
}
